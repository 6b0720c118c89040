import type { HttpReply, HttpRequest } from '../core/ports.ts'
import type { Reach } from '../core/provider.ts'
import {
  countAttempt,
  isUnsent,
  noAttempts,
  pauseBeforeRetry,
  type Attempt,
  type RetryPolicy,
} from '../core/retry.ts'

export interface Sent {
  readonly reply: HttpReply
  /** Epoch milliseconds. */
  readonly sentAt: number
  /** Whether an earlier attempt may have been acted on. */
  readonly again: boolean
}

/** Milliseconds for a request with all its attempts, where nobody says otherwise. */
const usualTime = 30_000

/** Sends a request, again where `policy` and the kind of failure allow it. */
export async function sendWithRetry(
  reach: Reach,
  request: HttpRequest,
  policy: RetryPolicy,
): Promise<Sent> {
  const began = reach.clock.now()
  let again = false
  let attempts = noAttempts
  for (;;) {
    const sentAt = reach.clock.now()
    const attempt = await tryOnce(reach, request)
    attempts = countAttempt(attempts, attempt)
    const pause = pauseBeforeRetry(policy, attempt, attempts, reach.clock)
    const left = reach.timeLeft?.() ?? usualTime - (reach.clock.now() - began)
    if (pause === undefined || pause >= left) {
      if ('error' in attempt) throw attempt.error
      return { reply: attempt.reply, sentAt, again }
    }
    again ||= !isUnsent(attempt)
    await reach.clock.wait(pause)
  }
}

async function tryOnce(reach: Reach, request: HttpRequest): Promise<Attempt> {
  try {
    return { reply: await reach.http(request) }
  } catch (error) {
    return { error }
  }
}
