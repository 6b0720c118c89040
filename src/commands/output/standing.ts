import { isGood } from '../../core/expiry.ts'
import type { IndexEntry } from '../../core/ports.ts'
import { timestamp } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

type Known = IndexEntry['standing']

/** How a session stands, in a word or two: `logged in` where nothing is known to be wrong. */
export function standingInWords(entry: IndexEntry, now: number): string {
  const { standing } = entry
  if (standing !== undefined && standing.state !== 'doubtful') return words.reports.standings.ended
  if (isOver(entry, now)) return words.reports.standings.expired
  const { loggedIn, doubtful } = words.reports.standings
  return standing === undefined ? loggedIn : doubtful
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
  return words.reports.standing(standing.state, standing.at, standing.why)
}
