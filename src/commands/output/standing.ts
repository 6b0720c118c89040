import type { IndexEntry } from '../../core/ports.ts'
import { timestamp } from '../../core/data-text.ts'
import { words } from '../../messages/words.ts'
import { isOver, sessionState } from '../../session/life.ts'

type Known = IndexEntry['standing']

/** How a session stands, in a word or two: `logged in` where nothing is known to be wrong. */
export function standingInWords(entry: IndexEntry, now: number): string {
  const { standing } = entry
  const { ended, ...known } = words.reports.standings
  if (standing !== undefined && standing.state !== 'doubtful') return ended
  const state = sessionState(entry, now)
  if (state === 'expired' || state === 'expiring' || state === 'doubtful') return known[state]
  return isOver(entry, now) ? known.expired : known.loggedIn
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
