import { isToknError, ToknError } from '../../core/errors.ts'
import type { Clock, Http, HttpReply } from '../../core/ports.ts'
import { addressOf, mayMake, type Answer } from './answers.ts'

export interface Watch {
  /** `http`, watched. */
  over(http: Http): Http
  /** Whether the provider may have made a token, as far as its answers say. */
  mayHaveMade(): boolean
}

/**
 * Watches the requests that may make a token: `before` is called ahead of each, `answered` with all
 * answers so far that say yes, before anybody reads them. What `before` throws keeps the request back.
 */
export function watchRequests(
  clock: Clock,
  before: () => void,
  answered: (answers: readonly Answer[]) => Promise<void> = async () => undefined,
): Watch {
  const answers: Answer[] = []
  let last = false
  let ever = false
  return {
    mayHaveMade: () => last || ever,
    over: (http) => async (request) => {
      if (!mayMake(request)) return await http(request)
      before()
      const reply = await http(request).catch((error: unknown) => {
        ever ||= isLost(error)
        throw error
      })
      // A yes to one of several requests may be followed by a no that counts, unless it is known
      // that this was the one which makes tokens.
      last = isYes(reply)
      ever ||= last && request.grants === true
      if (!last) return reply
      answers.push({ ...addressOf(request), at: clock.now(), reply })
      await answered(answers)
      return reply
    },
  }
}

/** Whether the request may have been acted on, and nothing is known of the outcome. */
function isLost(error: unknown): boolean {
  if (!(error instanceof ToknError)) return true
  return isToknError(error, 'network', 'provider_nonsense') && error.details.sent !== false
}

function isYes({ status }: HttpReply): boolean {
  return status >= 200 && status < 300
}
