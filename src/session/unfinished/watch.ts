import { isLost } from '../../core/retry.ts'
import { ToknError } from '../../core/errors.ts'
import type { Clock, Http, HttpReply } from '../../core/ports.ts'
import { sendToKeep, type KeptReply } from '../kept-reply.ts'

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
  before: () => unknown,
  answered: (answers: readonly KeptReply[]) => Promise<void> = async () => undefined,
): Watch {
  const answers: KeptReply[] = []
  let last = false
  let lost = false
  return {
    mayHaveMade: () => last || lost,
    over: (http) => async (request) => {
      if (request.grants !== true) return await http(request)
      await before()
      const answer = await sendToKeep(http, request, clock).catch((error: unknown) => {
        lost ||= mayHaveActed(error)
        throw error
      })
      // A yes to one of several requests may be followed by a no that counts.
      last = isYes(answer.reply)
      if (!last) return answer.reply
      answers.push(answer)
      await answered(answers)
      return answer.reply
    },
  }
}

/** Whether the request may have been acted on: no reply, or a success that could not be read. */
function mayHaveActed(error: unknown): boolean {
  if (!(error instanceof ToknError)) return true
  const { http } = error.details
  return isLost(error) || (http !== undefined && http.status < 300)
}

function isYes({ status }: HttpReply): boolean {
  return status >= 200 && status < 300
}
