import type { Grant } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import { mentions } from '../schema/mentions.ts'

/** Clocks that differ by more than this many milliseconds are worth a warning. */
const tolerated = 60_000

/** What was granted; `skew` is what to add to the server's instants to have ours. */
interface Granted {
  readonly scopes?: readonly string[] | undefined
  /** Milliseconds. */
  readonly skew?: number | undefined
}

/** Warnings about what was granted other than requested. */
export function compareGrant(
  { title }: Pick<ProviderDefinition, 'title'>,
  exchanges: readonly Exchange[],
  { scopes, until }: Grant,
  found: Granted,
): readonly string[] {
  const timed = until !== undefined && mentions(exchanges, 'lifetime')
  const clocks = timed ? clocksApart(title, until, found.skew ?? 0) : undefined
  return [notGranted(title, scopes, found.scopes), clocks].filter(
    (warning) => warning !== undefined,
  )
}

/**
 * The warning for scopes that were `asked` for and not `granted`; `undefined` where all were, or where
 * the reply names none. A server may use the full name of a scope, a URL or a path, or the short one.
 */
export function notGranted(
  title: string,
  asked: readonly string[] | undefined,
  granted: readonly string[] | undefined,
): string | undefined {
  if (asked === undefined || granted === undefined) return undefined
  // Entra's name for whatever the application was given.
  const named = asked.filter((scope) => !scope.endsWith('/.default'))
  const lacking = named.filter((scope) => !granted.some((one) => isSame(scope, one)))
  if (lacking.length === 0) return undefined
  return words.replies.notGranted(title, lacking)
}

function isSame(one: string, other: string): boolean {
  const [short = '', long = ''] = [one.toLowerCase(), other.toLowerCase()].toSorted(
    (left, right) => left.length - right.length,
  )
  return (
    short === long ||
    (/^[a-z]+:\/\//.test(long) &&
      /[/.:]$/.test(long.slice(0, -short.length)) &&
      long.endsWith(short))
  )
}

/** A lifetime was computed by our clock, but the server counts by its own, which is `skew` behind. */
function clocksApart(title: string, until: number, skew: number): string | undefined {
  if (Math.abs(skew) <= tolerated) return undefined
  return words.replies.clocksApart(
    title,
    skew > 0,
    words.times.duration(skew),
    words.times.instant(until),
  )
}
