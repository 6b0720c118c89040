import type { Clock } from '../../core/ports.ts'
import type { Reach } from '../../core/provider.ts'
import { briefly } from '../../core/duration.ts'
import { display, timestamp } from '../../core/text.ts'
import type { GivenRefresh } from './token-values.ts'
import type { ParsedReply } from './parsed-reply.ts'
import type { ReplyPlan } from '../schema/definition.ts'
import type { ExpiryOddity } from './expiry.ts'
import { duplicateKeys } from './plan-paths.ts'

// What is told of an answer that was taken though something in it was odd. Never a value of it,
// unless it is the name of somebody.

/** Who is told of what is odd about whose answer. */
export interface WarningTarget {
  readonly title: string
  readonly reach: Pick<Reach, 'warn'>
}

interface Found {
  readonly plan: ReplyPlan
  readonly reply: ParsedReply
  readonly given: GivenRefresh
}

/** Tells the user, whatever foreign words it holds. */
export function tell(reach: Pick<Reach, 'warn'>, text: string): void {
  reach.warn?.(display(text, 500))
}

/** Tells what was odd in an answer that gave a token. */
export function warnOfOddities(
  { title, reach }: WarningTarget,
  { plan, reply, given }: Found,
): void {
  if (reply.oddity !== undefined) tell(reach, `${title} answered ${reply.oddity}`)
  for (const pointer of duplicateKeys(plan, reply)) tell(reach, twice(title, pointer))
  if (given.unreadable) tell(reach, withoutRefresh(title))
}

/** The warning for a key that was given twice. */
export function twice(title: string, pointer: string): string {
  return `${title} gave ${display(pointer, 80)} twice in one answer: the last one was taken`
}

/** The warning for a token that is dead when it comes; `said` is the value that says so. */
export function bornExpired(title: string, said?: string): string {
  const what = said === undefined ? '' : ` (${said})`
  return `${title} gave a token that has expired already, by what it says${what}`
}

/** The warning for a length that was none, or is a very long one; `at` is the end, `now` ours. */
export function oddLength(
  title: string,
  odd: ExpiryOddity,
  said: string,
  {
    at,
    now,
    what = 'token',
  }: { readonly at: number; readonly now: number; readonly what?: string },
): string {
  return odd === 'instant'
    ? `${title} gives an instant for how long the ${what} lives (${said}): it was taken to end then, at ${timestamp(at)}`
    : `${title} says that the ${what} lives for ${briefly(at - now)} (${said}), which was taken as it is`
}

/** The warning for an end that is said in no way that is understood. */
export function unknownEnd(title: string, unread?: string): string {
  const what = unread === undefined ? '' : ` (${unread})`
  return `${title} says in no way that is understood when the token ends${what}`
}

/** As `unknownEnd`, of the refresh token. */
export function unknownRefreshEnd(title: string, unread: string): string {
  return `${title} says in no way that is understood when the refresh token ends (${unread})`
}

/** The warning for a life of no time at all, where nothing could give the token another. */
export function noLife(title: string): string {
  return `${title} says that its token lives for no time, and gave nothing to renew it with: that is not believed`
}

/** The warning for a token that nobody can end: what it is ended by did not come with it. */
export function withoutId(title: string): string {
  return `${title} gave no id that can be used with the token: tokn cannot end it by its id`
}

/** The warning for tokens that are for somebody else than those before them. */
export function anotherUser(title: string, before: string, after: string): string {
  const [was, is] = [before, after].map((user) => display(user, 80))
  return `the user has changed: ${title} gave tokens of "${is}" for those of "${was}"; if that is not meant, log in again`
}

/** The warning for a new refresh token that is none: the one held before it may be spent. */
export function withoutRefresh(title: string): string {
  return `${title} gave a refresh token that cannot be used: when its access token ends, log in again`
}

/** The hint for a refusal that is for now: from when on it may be tried again, in RFC 3339. */
export function notBefore(retryAfter: number | undefined, clock: Clock): string | undefined {
  return retryAfter === undefined ? undefined : `not before ${timestamp(clock.now() + retryAfter)}`
}
