import { openSession } from '../../session/session.ts'
import { ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../../session/ports.ts'
import type { AskFlags, Context } from '../context.ts'
import type { Draft } from './draft.ts'

/**
 * Asks before a login replaces a live session of another API, which would be lost without being
 * ended. Throws `usage` where nobody can be asked, `interrupted` for a no.
 */
export async function agreeToReplace(
  context: Context,
  ports: Ports,
  { profile, set, before }: Draft,
  flags: AskFlags,
): Promise<void> {
  if (before === undefined || isSamePlace(before, profile, set)) return
  // One that does not exist replaces nothing, and says so.
  await ports.provider(profile)
  if (!(await isLive(ports, before))) return
  const what = words.loginFlags.replaces(before.name, placeOf(before, {}))
  const other = placeOf(profile, set)
  const yes = await context.confirm(flags, words.loginFlags.askToReplace(what, other))
  if (yes === true) return
  if (yes === false) throw new ToknError('interrupted', words.loginFlags.notAgreedToReplace())
  throw new ToknError('usage', words.loginFlags.wouldReplace(what, other, before.name))
}

/** What makes two logins those of one API: its provider and the origin where its tokens are made. */
function isSamePlace(before: Profile, profile: Profile, set: Draft['set']): boolean {
  if (before.provider !== profile.provider) return false
  const [there, here] = [originOf(before, {}), originOf(profile, set)]
  return there === undefined || here === undefined || there === here
}

function placeOf(profile: Profile, set: Draft['set']): string {
  return words.loginFlags.place(profile.provider, originOf(profile, set))
}

/** The origin that a profile, or what is said for it, names. */
export function originOf(
  { baseUrl, settings }: Pick<Profile, 'baseUrl' | 'settings'>,
  set: Draft['set'],
): string | undefined {
  const url = baseUrl ?? set['issuer'] ?? settings['issuer'] ?? settings['token_endpoint']
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined
}

/** What cannot be used is no good to anybody, and a login is the way out of that. */
async function isLive(ports: Ports, profile: Profile): Promise<boolean> {
  const known = ports.index.get(profile.id)
  if (known?.standing?.state === 'dead') return false
  const condition = await openSession(ports, profile).condition()
  // It may be as good as ever, for whoever has the key.
  if (condition.state === 'unreadable') return known !== undefined
  return condition.state === 'usable' && condition.record.standing?.state !== 'dead'
}
