import { openSession } from '../session.ts'
import { isToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { callWithToken } from '../call.ts'
import { findHeld } from '../stored-record.ts'
import { place } from '../login/save-session.ts'
import type { Ports } from '../ports.ts'
import { endMark } from './end.ts'
import { readIssued, type Reread } from './issued.ts'
import type { Mark } from './find.ts'
import { findMade, listNamed, orphaned, tellApart } from './made.ts'
import { holdsSession } from './issues.ts'
import { profileOf, whatOf, type MarkOptions, type Verdict } from './outcome.ts'

/**
 * Tells of an issue that was cut off, and how a token ends that nobody holds: nothing is revoked
 * unasked. `fix` keeps a token whose answer is there, and clears what is over.
 */
export async function examineIssue(
  ports: Ports,
  mark: Mark,
  options: MarkOptions,
): Promise<Verdict> {
  const end = (detail: string) => endMark(ports, mark, options.fix, `${whatOf(mark)}${detail}`)
  if (!mark.sent) return await end(', before anything was sent')
  const parent = profileOf(ports, mark.parent?.id)
  if (parent === undefined) {
    return await end(
      `: it may have made a token at ${mark.origin}, and the profile that it was made with is gone`,
    )
  }
  try {
    return await examineWith(ports, mark, parent, options)
  } catch (error) {
    if (!isToknError(error, 'reauth_required')) throw error
    if (mark.sealed !== undefined) {
      const detail = `${whatOf(mark)}: its answer is kept, and takes the session of "${parent.name}" to be read`
      return { status: 'warn', detail, fix: `tokn login ${parent.name} && tokn doctor --fix` }
    }
    return await end(
      `: it may have made a token at ${mark.origin}, and "${parent.name}", which could look it up, has ended`,
    )
  }
}

async function examineWith(
  ports: Ports,
  mark: Mark,
  parent: Profile,
  options: MarkOptions,
): Promise<Verdict> {
  const end = (detail: string) => endMark(ports, mark, options.fix, `${whatOf(mark)}${detail}`)
  const answered = await readIssued(ports, parent, mark)
  if (answered !== undefined) return await examineAnswered(ports, mark, parent, answered, options)
  if (options.offline) {
    return { status: 'warn', detail: `${whatOf(mark)}; whether it made a token was not looked up` }
  }
  const made = await findMade(ports, parent, mark)
  if (made === undefined) {
    return await end(`: it may have made a token at ${mark.origin}, which does not list them`)
  }
  if (made.length === 0) return await end(': it made no token that is alive')
  const { message, hint } = orphaned(parent, mark, made)
  // Nobody can say which one it is, if any; that they are there has been said then.
  if (made.length > 1 && !tellApart(mark, made).sure) return await end(`: ${message}; ${hint}`)
  return { status: 'warn', detail: `${whatOf(mark)}: ${message}`, fix: hint }
}

async function examineAnswered(
  ports: Ports,
  mark: Mark,
  parent: Profile,
  { tokens, heir }: Reread,
  { fix, offline }: MarkOptions,
): Promise<Verdict> {
  const end = (detail: string) => endMark(ports, mark, fix, `${whatOf(mark)}: ${detail}`)
  const { profile } = mark
  if (profile !== undefined) {
    const held = (await holdsSession(openSession(ports, profile)))
      ? await findHeld(openSession(ports, profile))
      : undefined
    if (held?.access.equals(tokens.access) === true) {
      return await end(`its token is kept as "${profile.name}"`)
    }
    if (held === undefined && !fix) return await end('its token was given, and not kept')
    if (held === undefined) {
      const placed = await place(ports, profile, heir, { reason: 'recovered', adopt: false })
      return await end(`its token is kept now, as "${placed.profile.name}"`)
    }
  }
  const id = tokens.id === undefined ? undefined : display(tokens.id, 64)
  const expired = !isGood(tokens.expiry, ports.clock.now(), 0)
  if (expired || (!offline && (await isListed(ports, parent, tokens.id)) === false)) {
    return await end('its token is not alive any more')
  }
  const lives = `it made a token${id === undefined ? '' : ` (${id})`} at ${mark.origin} that nobody holds`
  const { revoke } = await ports.provider(parent)
  if (revoke === undefined || id === undefined) return await end(lives)
  const detail = `${whatOf(mark)}: ${lives}`
  return { status: 'warn', detail, fix: `tokn revoke ${id} -P ${parent.name}` }
}

/** Whether the provider lists a token; `undefined` where that cannot be seen. */
async function isListed(
  ports: Ports,
  parent: Profile,
  id: string | undefined,
): Promise<boolean | undefined> {
  if (id === undefined) return undefined
  const listed = await callWithToken(openSession(ports, parent), 'list', (call) =>
    listNamed(call, undefined),
  )
  return listed?.some((token) => token.id === id)
}
