import type { IndexEntry } from '../core/ports.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { indexedEntry } from './amend-index.ts'
import { describeEnd } from './describe-end.ts'
import { isWorthWarning, sessionEnd, type Lasting } from './life.ts'
import type { Session } from './session.ts'

/** Warns of the end of a session where it is near; `record` tells of it as much as `lasting`. */
export async function warnOfEnd(
  session: Session,
  record: SessionRecord,
  lasting: Lasting,
): Promise<void> {
  const { ports, profile } = session
  const entry = indexedEntry(ports, profile)
  const known = entry?.generation === record.generation ? { ...lasting, ...facts(entry) } : lasting
  const now = ports.clock.now()
  if (!isWorthWarning(sessionEnd(known), now)) return
  const { sentence, next } = describeEnd(session, known, now)
  await ports.warnDaily(profile.id, words.status.withNext(sentence, next))
}

/** What the index knows beyond the record. */
function facts({ renewal, renewalEnd }: IndexEntry): Pick<Lasting, 'renewal' | 'renewalEnd'> {
  return { renewalEnd, ...(renewal === undefined ? {} : { renewal }) }
}
