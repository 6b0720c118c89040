import { parseDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { chooseProfile } from '../../session/choose-profile.ts'
import type { CommonFlags, Context } from '../context.ts'
import type { FlagsOf } from '../flags/table.ts'
import { checkFields, tell } from '../output/json.ts'

type SetFlags = CommonFlags & FlagsOf<'timeout'>

/** What a setting takes away again. */
const none = 'none'

/** Settings of a profile that decide nothing about where a secret goes. */
const settings: Readonly<Record<string, (value: string | undefined) => Partial<Profile>>> = {
  offline: (value) => {
    if (value !== undefined) parseDuration(value, 'offline')
    return { offline: value }
  },
}

/** Their names. */
export const changedSettings = Object.keys(settings)

/** Changes one setting of a profile; `none` takes it away. */
export async function setSetting(
  context: Context,
  name: string,
  setting: string,
  value: string,
  flags: SetFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.profile-set/v1')
  const { profiles } = context.ports(flags)
  const profile = chooseProfile(profiles, { positional: name })
  const read = Object.hasOwn(settings, setting) ? settings[setting] : undefined
  if (read === undefined) {
    const said = words.refresherService.noSuchSetting(display(setting, 40), changedSettings)
    throw new ToknError('usage', said)
  }
  const kept = value === none ? undefined : value
  await profiles.put({ ...profile, ...read(kept) })
  const said = words.refresherService.settingKept(profile.name, setting, kept)
  tell(context, flags, said, {
    schema: 'tokn.profile-set/v1',
    ...{ profile: profile.name, setting, value: kept ?? null },
  })
}
