import { worthWarning } from '../core/ending.ts'
import { words } from '../messages/words.ts'
import { sessionEnd, type Lasting } from './life.ts'
import { sessionInWords, tokenInWords, type Named } from './naming.ts'
import { loginAnew } from './standing.ts'

/** The end of a session that is near, in a sentence, and the command that puts it off. */
interface EndInWords {
  readonly sentence: string
  readonly next: string
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
