import { lookIn } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { chooseProfile } from '../../session/choose-profile.ts'
import { openSession } from '../../session/session.ts'
import type { CommonFlags, Context } from '../context.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields, tell } from '../output/json.ts'

export const forgetFlags = ['profile', 'store', 'timeout', 'noInput'] as const satisfies FlagName[]

export type ForgetFlags = CommonFlags & FlagsOf<(typeof forgetFlags)[number]>

export async function forgetCredentials(
  context: Context,
  name: string | undefined,
  flags: ForgetFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.profile-forget-credentials/v1')
  const ports = context.ports(flags)
  const profile = chooseProfile(ports.profiles, context.choice(flags, name))
  const session = openSession(ports, lookIn(profile, context.storeKind(flags, profile.store)))
  const { forgotten, renewal } = await session.forgetCredentials()
  const said = forgotten ? words.credentials.forgotten : words.credentials.noneKept
  tell(context, flags, said(profile.name, renewal), {
    schema: 'tokn.profile-forget-credentials/v1',
    profile: profile.name,
    forgotten,
    renewal: renewal ?? null,
  })
}
