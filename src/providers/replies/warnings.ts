import type { Clock } from '../../core/ports.ts'
import type { Reach } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { ReplyPlan } from '../schema/definition.ts'
import type { ExpiryOddity } from './expiry.ts'
import type { ParsedReply } from './parsed-reply.ts'
import { duplicateKeys } from './plan-paths.ts'
import type { FoundSigningKey } from './signing-key.ts'
import type { GivenRefresh } from './token-values.ts'

// Warnings about a reply that is used though something in it is odd. They never contain a value of
// the reply, except for user names.

/** Whose replies the warnings are about, and who is warned. */
export interface WarningTarget {
  readonly title: string
  readonly reach: Pick<Reach, 'warn'>
}

interface Found {
  readonly plan: ReplyPlan
  readonly reply: ParsedReply
  readonly given: GivenRefresh
  readonly key: FoundSigningKey
}

/** Warns the user; the text is made harmless. */
export function warn(reach: Pick<Reach, 'warn'>, text: string): void {
  reach.warn?.(display(text, 500))
}

/** Warns of what is odd in a reply with a token. */
export function warnOfOddities(
  { title, reach }: WarningTarget,
  { plan, reply, given, key }: Found,
): void {
  if (reply.oddity !== undefined) warn(reach, words.replies.oddJson(title, reply.oddity))
  for (const pointer of duplicateKeys(plan, reply)) warn(reach, keyTwice(title, pointer))
  if (given.unreadable) warn(reach, words.replies.unusableRefreshToken(title))
  if (key.lacks !== undefined) warn(reach, words.replies.unusableSigningKey(title, key.lacks))
}

/** The warning for a key that was given twice. */
export function keyTwice(title: string, pointer: string): string {
  return words.replies.keyTwice(title, display(pointer, 80))
}

/** A lifetime that is an instant, or very long. `at` is the expiry; both are epoch milliseconds. */
export interface OddLifetime {
  readonly oddity: ExpiryOddity
  /** The value in the reply, as `describeValue` has it. */
  readonly value: string
  readonly at: number
  readonly now: number
  readonly kind?: 'access' | 'refresh'
}

export function oddLifetime(
  title: string,
  { oddity, value, at, now, kind = 'access' }: OddLifetime,
): string {
  return oddity === 'instant'
    ? words.replies.instantForLength(title, kind, value, words.times.instant(at))
    : words.replies.longLifetime(title, kind, value, words.times.duration(at - now))
}

/** The warning for tokens of another user than those before them. */
export function anotherUser(title: string, before: string, after: string): string {
  return words.replies.anotherUser(title, display(before, 80), display(after, 80))
}

/** The hint for a transient refusal: when to try again. */
export function notBefore(retryAfter: number | undefined, clock: Clock): string | undefined {
  if (retryAfter === undefined) return undefined
  return words.replies.notBefore(words.times.instant(clock.now() + retryAfter))
}
