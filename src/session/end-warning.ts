import { worthWarning } from '../core/ending.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { indexedEntry } from './amend-index.ts'
import { isWorthWarning, sessionEnd, type Lasting } from './life.ts'
import { sessionInWords, tokenInWords, type Named } from './naming.ts'
import type { Session } from './session.ts'
import { loginAnew } from './standing.ts'

/** The end of a session that is near, in a sentence, and the command that puts it off. */
interface EndInWords {
  readonly sentence: string
  readonly next: string
}

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

/** What ends, and when. */
export function describeEnd(named: Named, lasting: Lasting, now: number): EndInWords {
  const { end, from } = sessionEnd(lasting)
  const { renewal, renewalEnd } = lasting
  const at = end.state === 'at' ? end.at : now
  const left = words.times.duration(at - now)
  const until = words.times.instant(at)
  const session = sessionInWords(named)
  const login = loginAnew(named, lasting)
  const refresh = `tokn refresh ${named.name}`
  if (renewal === 'access') {
    return {
      sentence: words.status.renewableUntil(tokenInWords(named), left, until),
      next: refresh,
    }
  }
  if (renewal === 'none' || renewalEnd === undefined) {
    const say = renewal === 'none' ? words.status.endsAlone : words.status.renewalEnds
    // One of those that last for hours is put off by every use.
    const idle = renewal !== 'none' && at - from < worthWarning
    return { sentence: say(session, left, until), next: idle ? refresh : login }
  }
  const say =
    renewalEnd.credentials === true ? words.status.credentialsEnd : words.status.renewalEnds
  return { sentence: say(session, left, until), next: login }
}
