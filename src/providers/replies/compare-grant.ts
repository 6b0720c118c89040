import { briefly } from '../../core/duration.ts'
import { timestamp } from '../../core/text.ts'
import type { Grant } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import { mentions } from '../schema/mentions.ts'

/** More than clocks are apart by themselves, in milliseconds. */
const tolerated = 60_000

/** What an answer says was granted; `skew` is to be added to its instants to have ours. */
interface Granted {
  readonly scopes?: readonly string[] | undefined
  /** Milliseconds. */
  readonly skew?: number | undefined
}

/** In what the answer is not what was wished for: sentences to be told. */
export function compareGrant(
  { title }: Pick<ProviderDefinition, 'title'>,
  exchanges: readonly Exchange[],
  { scopes, until }: Grant,
  found: Granted,
): readonly string[] {
  const timed = until !== undefined && mentions(exchanges, 'lifetime')
  const clocks = timed ? clocksApart(title, until, found.skew ?? 0) : undefined
  return [notGranted(title, scopes, found.scopes), clocks].filter((told) => told !== undefined)
}

/**
 * What of the scopes `asked` for is not among those `granted`; `undefined` where all are, or where
 * the answer does not name any. A server may give a scope its full name, an address or a path, or
 * none but that.
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

/** A length was counted by our clock, and the server counts by its own, which `skew` is behind. */
function clocksApart(title: string, until: number, skew: number): string | undefined {
  if (Math.abs(skew) <= tolerated) return undefined
  return words.replies.clocksApart(title, skew > 0, briefly(skew), timestamp(until))
}
