import { openSession, type Session } from '../session.ts'
import { isToknError } from '../../core/errors.ts'
import { parseRecord, type SessionRecord } from '../../core/record.ts'
import { readableProfiles } from '../choose-profile.ts'
import { findHeld } from '../stored-record.ts'
import { place } from '../login/save-session.ts'
import type { Ports } from '../ports.ts'
import { endMark } from './end.ts'
import { openSealed, type Mark } from './find.ts'
import { profileOf, whatOf, type MarkOptions, type Verdict } from './outcome.ts'

/** Tells of a login that was cut off; `fix` stores the session where there is one, and clears it. */
export async function examineLogin(
  ports: Ports,
  mark: Mark,
  { fix }: MarkOptions,
): Promise<Verdict> {
  const end = (detail: string) => endMark(ports, mark, fix, `${whatOf(mark)}${detail}`)
  const { profile, sent, sealed } = mark
  // A token that was pasted in is kept without anything being sent.
  if (!sent && sealed === undefined) return await end(', before anything was sent')
  const text = await openSealed(ports, mark)
  if (text === undefined || profile === undefined) {
    const may = 'the provider may hold a session that tokn does not'
    return await end(`: ${may}; ${await endsAt(ports, mark)}`)
  }
  const record = parseRecord(text, profile.id)
  const held = await readNow(openSession(ports, profile))
  if (held?.access.equals(record.access) === true) return await end(': its session is stored')
  if (held !== undefined && held.obtainedAt >= record.obtainedAt) {
    const since = 'there was another login since, and the provider may hold the session of this one'
    return await end(`: ${since}; ${await endsAt(ports, mark)}`)
  }
  if (!fix) return await end(': its session was given, and is not stored')
  const placed = await place(ports, profile, record, { reason: 'recovered', adopt: true })
  return await end(`: its session is stored now, as "${placed.profile.name}"`)
}

/** The session held now under the id, or else the name; one that cannot be read is none. */
async function readNow(session: Session): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const named = readableProfiles(ports.profiles).find(({ name }) => name === profile.name)
  try {
    return await findHeld(openSession(ports, profileOf(ports, profile.id) ?? named ?? profile))
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/** Where a session can be ended that nobody here holds. */
async function endsAt(ports: Ports, { origin, profile }: Mark): Promise<string> {
  try {
    const provider = profile && (await ports.provider(profile))
    const why = provider?.why.logout ?? provider?.why.revoke
    return `end it at ${origin}${why === undefined ? '' : ` (${why})`}`
  } catch (error) {
    if (isToknError(error)) return `end it at ${origin}`
    throw error
  }
}
