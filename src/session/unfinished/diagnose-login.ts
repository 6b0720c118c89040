import { isToknError } from '../../core/errors.ts'
import { parseRecord, type SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { readableProfiles } from '../choose-profile.ts'
import { saveSession } from '../save-session.ts'
import type { Ports } from '../ports.ts'
import { openSession, type Session } from '../session.ts'
import { clearUnfinished } from './clear.ts'
import { openSealed, type Unfinished } from './find.ts'
import { readAnswered, recordOfAnswered } from './kept-refresh.ts'
import { diagnoseSetUp, readSetUp } from './set-up.ts'
import {
  describeUnfinished,
  profileOf,
  type DiagnosisOptions,
  type UnfinishedFinding,
} from './finding.ts'

/** Tells of a login that was cut off; `fix` stores the session where there is one, and clears it. */
export async function diagnoseLogin(
  ports: Ports,
  unfinished: Unfinished,
  { fix, offline }: DiagnosisOptions,
): Promise<UnfinishedFinding> {
  const texts = words.unfinished
  const what = describeUnfinished(unfinished)
  const clear = (detail: string) => clearUnfinished(ports, unfinished, fix, detail)
  const { profile, sent, sealed, setUp } = unfinished
  const unsent = setUp === undefined ? texts.beforeSending(what) : texts.clientSent(what, setUp)
  // A token that was pasted in is kept without anything being sent.
  if (!sent && sealed === undefined) return await clear(unsent)
  const text = await openSealed(ports, unfinished)
  const lost = unfinished.spends === true ? texts.givenLost : texts.loginLost
  if (text === undefined || profile === undefined) {
    if (!sent && setUp !== undefined) return await clear(unsent)
    return await clear(lost(what, await endsAt(ports, unfinished)))
  }
  const session = openSession(ports, profile)
  const made = readSetUp(text)
  if (made !== undefined) {
    const detail = sent ? texts.loginLost(what, await endsAt(ports, unfinished)) : unsent
    const options = { fix, offline, detail }
    return await diagnoseSetUp(session, unfinished, made, await readNow(session), options)
  }
  const record = await readSealed(session, text)
  if (record === undefined) return await clear(lost(what, await endsAt(ports, unfinished)))
  const stored = await readNow(session)
  if (stored?.access.equals(record.access) === true) return await clear(texts.loginStored(what))
  if (stored !== undefined && stored.obtainedAt >= record.obtainedAt) {
    return await clear(texts.loginReplaced(what, await endsAt(ports, unfinished)))
  }
  if (!fix) return await clear(texts.loginNotStored(what))
  const saved = await saveSession(session, record, { reason: 'recovered', adopt: true })
  return await clear(texts.loginStoredNow(what, saved.profile.name))
}

/** The session that was sealed, or what its refresh was answered; `undefined` for an unreadable answer. */
async function readSealed(session: Session, text: string): Promise<SessionRecord | undefined> {
  const answered = readAnswered(text)
  if (answered === undefined) return parseRecord(text, session.id)
  return await recordOfAnswered(session, answered)
}

/** The session stored now under the id, or else the name; one that cannot be read is none. */
async function readNow(session: Session): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const named = readableProfiles(ports.profiles).find(({ name }) => name === profile.name)
  try {
    return await session.of(profileOf(ports, profile.id) ?? named ?? profile).findRecord()
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/** Where a session can be ended that nobody here holds. */
async function endsAt(ports: Ports, { origin, profile }: Unfinished): Promise<string> {
  try {
    const provider = profile && (await ports.provider(profile))
    return words.unfinished.endAt(origin, provider?.why.logout ?? provider?.why.revoke)
  } catch (error) {
    if (isToknError(error)) return words.unfinished.endAt(origin, undefined)
    throw error
  }
}
