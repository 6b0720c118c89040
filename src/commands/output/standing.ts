import { isGood } from '../../core/expiry.ts'
import type { IndexEntry } from '../../core/ports.ts'
import { timestamp } from '../../core/text.ts'

type Known = IndexEntry['standing']

/** How a session stands, in a word or two: `logged in` where nothing is known to be wrong. */
export function standingInWords(entry: IndexEntry, now: number): string {
  const { standing } = entry
  if (standing !== undefined && standing.state !== 'doubtful') return 'ended'
  if (isOver(entry, now)) return 'expired'
  return standing === undefined ? 'logged in' : 'doubtful'
}

/** Whether the tokens have expired, and nothing is held that could get others. */
export function isOver({ expiry, refreshExpiry, renewal }: IndexEntry, now: number): boolean {
  if (isGood(expiry, now, 0)) return false
  if (renewal === 'none') return true
  return renewal === 'refresh' && refreshExpiry !== undefined && !isGood(refreshExpiry, now, 0)
}

/** What is known to be wrong with a session, for a JSON document. */
export function describeStanding(standing: Known) {
  if (standing === undefined) return null
  return { state: standing.state, since: timestamp(standing.at), why: standing.why }
}

/** A sentence for a person; `undefined` where nothing is known to be wrong. */
export function explainStanding(standing: Known): string | undefined {
  if (standing === undefined) return undefined
  const { state, at, why } = standing
  const what =
    state === 'doubtful'
      ? 'it is doubtful whether the tokens still work'
      : state === 'dead'
        ? 'the session has ended, and its tokens work no more'
        : 'the session cannot be refreshed any more'
  return `${what}, since ${timestamp(at)}: ${why}`
}
