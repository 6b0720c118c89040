import { ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import type { TokenInfo } from '../../core/token.ts'
import type { Exchange } from '../schema/definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import { withDates } from '../replies/expiry.ts'
import type { Held } from '../templates/placeholder-values.ts'
import { timingOf } from './operation.ts'
import { nextPage, startPages } from './pages.ts'
import { tell, twice, unknownEnd } from '../replies/warnings.ts'
import { doubled } from '../replies/plan-paths.ts'
import type { Setting } from './request.ts'
import { describeSaid } from '../replies/describe-value.ts'
import { entriesOf, leftOut, readEntry, withoutList } from './list-entry.ts'

const mostItems = 10_000

/**
 * The tokens that the exchanges list, page by page; the same id twice is given twice. Entries that
 * cannot be shown are told. Throws `provider_nonsense` for a list that is none, of which nothing can
 * be read, or that does not end.
 */
export async function runList(
  setting: Setting,
  exchanges: readonly Exchange[],
  known: Held,
  reach: Reach,
): Promise<readonly TokenInfo[]> {
  const { title } = setting.definition
  const tokens: TokenInfo[] = []
  let told = false
  const left = new Map<string, number>()
  let unread: ToknError | undefined
  for (const exchange of exchanges) {
    let page = startPages(exchange.pages)
    for (;;) {
      const { change } = page
      const accepted = await runExchange(setting, exchange, known, reach, change)
      const entries = entriesOf(setting, accepted, known)
      for (const key of doubledKeys(accepted)) tell(reach, twice(title, key))
      const next = nextPage(page, exchange.pages, accepted, entries.length, setting.ground, known)
      if (next?.repeats === true) break
      const read = await withDates(
        timingOf(setting, accepted.answer),
        (timing) => entries.map((entry) => readEntry(accepted, entry, timing)),
        (found) => found.some((one) => one.unread !== undefined),
      )
      for (const { left: why } of read) {
        if (why === undefined) continue
        left.set(why, (left.get(why) ?? 0) + 1)
        unread = withoutList(setting, accepted)
      }
      const odd = read.find(({ endUnread }) => endUnread !== undefined)?.endUnread
      if (odd !== undefined && !told) tell(reach, unknownEnd(title, describeSaid(odd)))
      told ||= odd !== undefined
      tokens.push(...read.flatMap(({ token }) => token ?? []))
      if (next === undefined) break
      if (tokens.length >= mostItems) throw endless(setting)
      page = next
    }
  }
  if (tokens.length === 0 && unread !== undefined) throw unread
  if (left.size > 0) tell(reach, leftOut(setting, left))
  return tokens
}

/** The error for a list that goes on and on. */
export function endless({ definition }: Pick<Setting, 'definition'>): ToknError {
  return new ToknError('provider_nonsense', `the list of ${definition.title} does not end`, {
    sent: true,
  })
}

function doubledKeys({ plan, answer }: Accepted): readonly string[] {
  return plan === undefined ? [] : doubled(plan, answer)
}
