import { isToknError } from '../core/errors.ts'
import type { HttpReply, HttpRequest } from '../core/ports.ts'
import type { Reach } from '../core/provider.ts'
import { readAnswer } from './answer.ts'
import { retryAfterOf } from './refusal.ts'

/**
 * When a request may go out again. `safe`: whenever it failed in passing. `unsent`: only if the
 * provider has certainly not acted on it.
 */
export interface RetryPolicy {
  readonly kind: 'safe' | 'unsent' | 'never'
  /** Whether a refusal for haste counts as not acted on: not where every attempt is counted. */
  readonly afterHaste: boolean
}

export interface Sent {
  readonly reply: HttpReply
  /** Epoch milliseconds. */
  readonly sentAt: number
  /** Whether an earlier attempt may have been acted on. */
  readonly again: boolean
}

const longestWait = 30_000
const passing = new Set([429, 502, 503, 504])

/** Sends a request, again where `policy` and the kind of failure allow it. */
export async function sendWithRetry(
  reach: Reach,
  request: HttpRequest,
  policy: RetryPolicy,
): Promise<Sent> {
  const most = policy.kind === 'never' ? 1 : request.method === 'GET' ? 3 : 2
  const began = reach.clock.now()
  let again = false
  for (let attempt = 1; ; attempt++) {
    const sentAt = reach.clock.now()
    const outcome = await tryOnce(reach, request)
    const pause =
      attempt < most ? pauseBefore(reach, outcome, attempt, policy, request.url) : undefined
    const late = pause !== undefined && reach.clock.now() + pause - began > longestWait
    if (pause === undefined || late) {
      if ('error' in outcome) throw outcome.error
      return { reply: outcome.reply, sentAt, again }
    }
    again ||= !('error' in outcome) || !isUnsent(outcome.error)
    await reach.clock.wait(pause)
  }
}

type Outcome = { readonly reply: HttpReply } | { readonly error: unknown }

async function tryOnce(reach: Reach, request: HttpRequest): Promise<Outcome> {
  try {
    return { reply: await reach.http(request) }
  } catch (error) {
    return { error }
  }
}

/** Milliseconds to wait before the next attempt; `undefined` when there is to be none. */
function pauseBefore(
  reach: Reach,
  outcome: Outcome,
  attempt: number,
  policy: RetryPolicy,
  url: URL,
): number | undefined {
  const asked = askedToWait(reach, outcome, url)
  const backoff = Math.round(Math.random() * 300 * 2 ** attempt)
  const pause = asked.wait === undefined ? backoff : asked.wait + Math.round(backoff / 4)
  if (pause > longestWait) return undefined
  if ('error' in outcome && !asked.haste) {
    if (!isToknError(outcome.error, 'network')) return undefined
    return policy.kind === 'safe' || isUnsent(outcome.error) ? pause : undefined
  }
  if (asked.haste) {
    const allowed = policy.kind === 'safe' || (policy.afterHaste && asked.wait !== undefined)
    return allowed ? pause : undefined
  }
  const status = 'reply' in outcome ? outcome.reply.status : 0
  return policy.kind === 'safe' && passing.has(status) ? pause : undefined
}

function askedToWait(
  reach: Reach,
  outcome: Outcome,
  url: URL,
): { readonly haste: boolean; readonly wait: number | undefined } {
  if ('error' in outcome) {
    const haste = isToknError(outcome.error, 'rate_limited')
    return { haste, wait: haste ? outcome.error.details.retryAfter : undefined }
  }
  const answer = readAnswer(outcome.reply, { format: 'text' }, url, 0, reach.clock)
  return { haste: outcome.reply.status === 429, wait: retryAfterOf(answer, reach.clock) }
}

function isUnsent(error: unknown): boolean {
  return isToknError(error) && error.details.sent === false
}
