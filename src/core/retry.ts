import { isToknError, type ToknError } from './errors.ts'
import type { Clock, HttpReply, HttpRequest } from './ports.ts'
import type { RetryKind, Rotation } from './provider.ts'
import { aheadOf, readAhead } from './server-clock.ts'

// Which requests may be sent again, when, and after how long: every room asks here. Two things are
// not a retry and are decided where they belong: a request that is signed again because the server
// refused its nonce or its time, and another request that a definition has for a refusal
// (`otherwise`). Which commands may be repeated is `retryable` of an error.
//
//   what happened               read, 3 times   removal, 2 times   change
//   not sent                    again           again              once
//   sent, no answer             again           again              no
//   429, 503                    again           again              once, only with Retry-After
//   502, 504                    again           again              no
//   408, 425, other 5xx         no              no                 no
//   anything else               no              no                 no
//
// A pause is what Retry-After asks for, else a random part of 0.6, 1.2, ... seconds; and where the
// time left is shorter, there is no further attempt.

/** How the requests of one kind may be repeated. */
export interface RetryPolicy {
  readonly kind: RetryKind
  /** Attempts at most of a `safe` request. */
  readonly attempts: number
  /** Whether every request that is answered counts, so that an answer is never asked for twice. */
  readonly counted?: boolean | undefined
}

export const retryPolicies = {
  /** Asking changes nothing: lists, info, discovery, keys, userinfo, introspection (RFC 7662). */
  read: { kind: 'safe', attempts: 3 },
  /** Ending something twice ends no more than once: DELETE by id, revocation (RFC 7009). */
  removal: { kind: 'safe', attempts: 2 },
  /** What a lost answer granted cannot be asked for twice: login, refresh, issue, all else. */
  change: { kind: 'unsent', attempts: 1 },
} as const satisfies Readonly<Record<string, RetryPolicy>>

/**
 * The policy of a request of a definition, which may name a kind itself (`named`). RFC 9110 section
 * 9.2.2 lets a client repeat what is idempotent by its method; a request that grants tokens is not.
 */
export function retryPolicyOf(
  { method, grants }: Pick<HttpRequest, 'method' | 'grants'>,
  named: RetryKind | undefined,
  counted: boolean,
): RetryPolicy {
  const { read, removal, change } = retryPolicies
  const byMethod = method === 'GET' ? read : removal
  const usual = grants !== true && (method === 'GET' || method === 'DELETE') ? byMethod : change
  if (named === undefined) return { ...usual, counted }
  return { kind: named, attempts: byMethod.attempts, counted }
}

/** What came of one attempt. */
export type Attempt = { readonly reply: HttpReply } | { readonly error: unknown }

/** What went before. */
export interface Attempts {
  readonly made: number
  readonly unsent: number
  readonly answered: number
}

export const noAttempts: Attempts = { made: 0, unsent: 0, answered: 0 }

export function countAttempt({ made, unsent, answered }: Attempts, attempt: Attempt): Attempts {
  return {
    made: made + 1,
    unsent: unsent + (isUnsent(attempt) ? 1 : 0),
    answered: answered + ('reply' in attempt ? 1 : 0),
  }
}

/**
 * Milliseconds to wait before the next attempt; `undefined` where there is to be none. `attempts`
 * count the one whose outcome is `last`.
 */
export function pauseBeforeRetry(
  policy: RetryPolicy,
  last: Attempt,
  attempts: Attempts,
  clock: Clock,
): number | undefined {
  const asked = 'reply' in last ? retryAfterOf(last.reply.headers, clock) : undefined
  if (!mayRetry(policy, last, attempts, asked)) return undefined
  const backoff = Math.round(Math.random() * 300 * 2 ** attempts.made)
  return asked === undefined ? backoff : asked + Math.round(backoff / 4)
}

function mayRetry(
  { kind, attempts, counted }: RetryPolicy,
  last: Attempt,
  { made, unsent, answered }: Attempts,
  asked: number | undefined,
): boolean {
  if (kind === 'never') return false
  if (kind === 'safe') return isPassing(last) && made < attempts
  if ('error' in last) return isUnsent(last) && unsent === 1 && isPassing(last)
  const told = statusesThatSayWhen.has(last.reply.status) && asked !== undefined
  return told && counted !== true && answered === 1
}

/** Too many requests, unavailable (RFC 6585 section 4, RFC 9110 section 15.6.4): nothing was done. */
const statusesThatSayWhen: ReadonlySet<number> = new Set([429, 503])

/** With those of gateways (RFC 9110 sections 15.6.3, 15.6.5): the server behind may have acted. */
const passingStatuses: ReadonlySet<number> = new Set([...statusesThatSayWhen, 502, 504])

function isPassing(attempt: Attempt): boolean {
  if ('reply' in attempt) return passingStatuses.has(attempt.reply.status)
  return isToknError(attempt.error, 'network') && attempt.error.details.lasting !== true
}

/** Whether the provider has certainly not acted on it. */
export function isUnsent(attempt: Attempt): boolean {
  return 'error' in attempt && isToknError(attempt.error) && attempt.error.details.sent === false
}

/**
 * Whether a status says that the same request may succeed later, whatever else an answer says
 * (RFC 9110 section 15.6, RFC 6585 section 4, RFC 8470 section 5.2; 520 to 530, 598 and 599 are
 * what proxies say of a server that they cannot reach). Never a verdict on what was sent.
 */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

/**
 * Whether a request left and nothing came back that could be read as an answer: what became of it is
 * not known. An answer with any status is an answer.
 */
export function isLost(error: unknown): error is ToknError {
  return (
    isToknError(error, 'network', 'provider_nonsense') &&
    error.details.sent !== false &&
    error.details.http === undefined
  )
}

/** Whether the answer to a repeated removal says that an earlier attempt had removed it already. */
export function isRemovedBefore({ method }: Pick<HttpRequest, 'method'>, status: number): boolean {
  return method === 'DELETE' && (status === 404 || status === 410)
}

/** How long after a refresh without an answer the same tokens may be sent once more, in milliseconds. */
const refreshGrace = 10_000

/** A refresh whose answer was lost. */
export interface LostRefresh {
  readonly rotation: Rotation
  /** What the provider says of the requests of its refresh. */
  readonly retry: RetryKind | undefined
  /** Whether an attempt before this one went without an answer as well. */
  readonly lostBefore: boolean
  /** Milliseconds since the request was begun. */
  readonly elapsed: number
  /** Milliseconds left for the whole command. */
  readonly timeLeft: number
}

/**
 * Whether a refresh that went unanswered may be sent once more with the same tokens: where the
 * provider does not forbid it, and where it may or may not replace tokens only within the few
 * seconds for which servers that do so usually tolerate the old one.
 */
export function mayRepeatRefresh(lost: LostRefresh): boolean {
  const { rotation, retry, lostBefore, elapsed, timeLeft } = lost
  if (retry === 'never' || lostBefore || timeLeft <= 0) return false
  return rotation !== 'server-decides' || elapsed <= refreshGrace
}

/** Polls that may fail in one device login without an end to it. */
export const toleratedPollFailures = 4

const shortestPoll = 1_000
/** After a poll that failed: a server in trouble is not to be asked every second. */
const shortestAfterFailure = 5_000
const longestPoll = 60_000

/** Milliseconds between two polls of a device login, kept within what is sensible for both sides. */
export function pollInterval(milliseconds: number): number {
  return Math.min(longestPoll, Math.max(shortestPoll, milliseconds))
}

/**
 * The interval after the server said `slow_down`, or did not answer (RFC 8628 section 3.5); `asked`
 * is what it asks to wait, in milliseconds.
 */
export function slowerPoll(interval: number, why: 'slow_down' | 'failed', asked = 0): number {
  return pollInterval(
    why === 'slow_down' ? interval + 5_000 : Math.max(interval * 2, shortestAfterFailure, asked),
  )
}

/** `Retry-After` (RFC 9110 section 10.2.3) in milliseconds; `undefined` when absent or garbage. */
export function retryAfterOf(headers: HttpReply['headers'], clock: Clock): number | undefined {
  const header = headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1].trim()
  if (header === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1_000
  if (!/^[A-Z][a-z]{2}, /.test(header)) return undefined
  const instant = Date.parse(header)
  if (!Number.isFinite(instant)) return undefined
  const now = clock.now()
  const ahead = aheadOf(readAhead(headers, { sentAt: now, receivedAt: now }, false))
  return Math.max(0, instant - (now + ahead))
}
