import type { Clock, HttpReply } from '../../core/ports.ts'
import { timestamp } from '../../core/text.ts'
import { headerOf } from './body.ts'
import { aheadOf, readAhead } from '../../core/server-clock.ts'

/**
 * Whether a status says that the same request may succeed later, whatever else an answer says
 * (RFC 9110 section 15.6, RFC 6585 section 4, RFC 8470 section 5.2; 520 to 530, 598 and 599 are
 * what proxies say of a server that they cannot reach). Never a verdict on what was sent.
 */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

/** `Retry-After` (RFC 9110 section 10.2.3) in milliseconds; `undefined` when absent or garbage. */
export function retryAfterOf(headers: HttpReply['headers'], clock: Clock): number | undefined {
  const header = headerOf(headers, 'retry-after')?.trim()
  if (header === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1_000
  if (!/^[A-Z][a-z]{2}, /.test(header)) return undefined
  const instant = Date.parse(header)
  if (!Number.isFinite(instant)) return undefined
  const now = clock.now()
  const ahead = aheadOf(readAhead(headers, { sentAt: now, receivedAt: now }, false))
  return Math.max(0, instant - (now + ahead))
}

/** The hint for a refusal that is for now: from when on it may be tried again, in RFC 3339. */
export function notBefore(retryAfter: number | undefined, clock: Clock): string | undefined {
  return retryAfter === undefined ? undefined : `not before ${timestamp(clock.now() + retryAfter)}`
}
