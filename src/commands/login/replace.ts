import { openSession } from '../../session/session.ts'
import { ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { namedIn } from '../../session/other-server.ts'
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
  if (before === undefined) return
  // One that does not exist replaces nothing, and says so.
  const { fields } = await ports.provider(profile)
  const named = { ...set, ...namedIn(fields, set, context.environment.fromEnvironment) }
  if (isSamePlace(before, profile, named) || !(await isLive(ports, before))) return
  const what = words.loginFlags.replaces(before.name, placeOf(before, {}))
  const other = placeOf(profile, named)
  const yes = await context.confirm(flags, words.loginFlags.askToReplace(what, other))
  if (yes === true) return
  if (yes === false) throw new ToknError('interrupted', words.loginFlags.notAgreedToReplace())
  throw new ToknError('usage', words.loginFlags.wouldReplace(what, other, before.name))
}

/**
 * What makes two logins those of one API: its provider and the origin where its tokens are made, and
 * the resource where they began at one.
 */
function isSamePlace(before: Profile, profile: Profile, set: Draft['set']): boolean {
  if (before.provider !== profile.provider) return false
  const [first, next] = [startOf(before, {}), startOf(profile, set)]
  if (first !== undefined && next !== undefined && first !== next) return false
  // One document is of one server, under whatever name.
  const discovery = set['discovery'] ?? profile.settings['discovery']
  if (discovery !== undefined && discovery === before.settings['discovery']) return true
  const [there, here] = [originOf(before, {}), originOf(profile, set)]
  return there === undefined || here === undefined || there === here
}

function placeOf(profile: Profile, set: Draft['set']): string {
  const resource = startOf(profile, set)
  const shown = resource === undefined ? undefined : display(resource, 200)
  return words.loginFlags.place(profile.provider, originOf(profile, set), shown)
}

/** The resource that a login began at (RFC 9728), where it did so. */
function startOf({ settings }: Profile, set: Draft['set']): string | undefined {
  const metadata = set['resource_metadata'] ?? settings['resource_metadata']
  return metadata === undefined ? undefined : (set['resource'] ?? settings['resource'])
}

/** The origin that a profile, or what is said for it, names. */
export function originOf(
  { baseUrl, settings }: Pick<Profile, 'baseUrl' | 'settings'>,
  set: Draft['set'],
): string | undefined {
  const named = ['issuer', 'token_endpoint', 'discovery'].map((name) => set[name] ?? settings[name])
  const url = baseUrl ?? named.find((one) => one !== undefined)
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
