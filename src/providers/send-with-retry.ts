import { isToknError } from '../core/errors.ts'
import type { HttpReply, HttpRequest } from '../core/ports.ts'
import type { Reach } from '../core/provider.ts'
import { retryAfterOf } from './replies/transient.ts'

/**
 * When a request may go out again (RELIABILITY 3.5). `safe`: whenever it failed in passing.
 * `unsent`: if the provider has certainly not acted on it, or says itself when to come again.
 */
export interface RetryPolicy {
  readonly kind: 'safe' | 'unsent' | 'never'
  /** Whether an answer may be repeated at all: not where every attempt is counted. */
  readonly afterHaste: boolean
  /** Attempts at most, of a safe one. Default: 3 for GET, 2 otherwise. */
  readonly attempts?: number | undefined
}

export interface Sent {
  readonly reply: HttpReply
  /** Epoch milliseconds. */
  readonly sentAt: number
  /** Whether an earlier attempt may have been acted on. */
  readonly again: boolean
}

const usualTime = 30_000
const passing = new Set([429, 502, 503, 504])
const asksForLater = new Set([429, 503])

type Outcome = { readonly reply: HttpReply } | { readonly error: unknown }

/** What went before an attempt. */
interface Tries {
  /** Attempts so far. */
  readonly made: number
  readonly unsent: number
  readonly answered: number
}

/** Sends a request, again where `policy` and the kind of failure allow it. */
export async function sendWithRetry(
  reach: Reach,
  request: HttpRequest,
  policy: RetryPolicy,
): Promise<Sent> {
  const began = reach.clock.now()
  let again = false
  let tries: Tries = { made: 0, unsent: 0, answered: 0 }
  for (;;) {
    const sentAt = reach.clock.now()
    const outcome = await tryOnce(reach, request)
    tries = count(tries, outcome)
    const pause = pauseBefore(reach, request, outcome, tries, policy)
    const left = reach.timeLeft?.() ?? usualTime - (reach.clock.now() - began)
    if (pause === undefined || pause >= left) {
      if ('error' in outcome) throw outcome.error
      return { reply: outcome.reply, sentAt, again }
    }
    again ||= !isUnsent(outcome)
    await reach.clock.wait(pause)
  }
}

async function tryOnce(reach: Reach, request: HttpRequest): Promise<Outcome> {
  try {
    return { reply: await reach.http(request) }
  } catch (error) {
    return { error }
  }
}

function count({ made, unsent, answered }: Tries, outcome: Outcome): Tries {
  return {
    made: made + 1,
    unsent: unsent + (isUnsent(outcome) ? 1 : 0),
    answered: answered + ('reply' in outcome ? 1 : 0),
  }
}

/** Milliseconds to wait before the next attempt; `undefined` when there is to be none. */
function pauseBefore(
  reach: Reach,
  request: HttpRequest,
  outcome: Outcome,
  tries: Tries,
  policy: RetryPolicy,
): number | undefined {
  const asked = 'reply' in outcome ? retryAfterOf(outcome.reply.headers, reach.clock) : undefined
  const allowed =
    policy.kind === 'safe'
      ? isPassing(outcome) && tries.made < (policy.attempts ?? (request.method === 'GET' ? 3 : 2))
      : policy.kind === 'unsent' && mayRepeat(outcome, asked, tries, policy)
  if (!allowed) return undefined
  const backoff = Math.round(Math.random() * 300 * 2 ** tries.made)
  return asked === undefined ? backoff : asked + Math.round(backoff / 4)
}

/** Not acted on: once more. Answered: once more where the answer says when, and nothing is counted. */
function mayRepeat(
  outcome: Outcome,
  asked: number | undefined,
  { unsent, answered }: Tries,
  { afterHaste }: RetryPolicy,
): boolean {
  if ('error' in outcome) return isUnsent(outcome) && unsent === 1 && isPassing(outcome)
  const later = asksForLater.has(outcome.reply.status) && asked !== undefined
  return later && afterHaste && answered === 1
}

function isPassing(outcome: Outcome): boolean {
  if ('reply' in outcome) return passing.has(outcome.reply.status)
  return isToknError(outcome.error, 'network') && outcome.error.details.lasting !== true
}

function isUnsent(outcome: Outcome): boolean {
  return 'error' in outcome && isToknError(outcome.error) && outcome.error.details.sent === false
}
