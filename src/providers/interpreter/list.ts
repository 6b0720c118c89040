import { ToknError } from '../../core/errors.ts'
import type { ListReader, Reach } from '../../core/provider.ts'
import type { TokenInfo } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Exchange } from '../schema/definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import { withDateLibrary } from '../replies/expiry.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { timingOf } from './operation.ts'
import { nextPage, startPages } from './pages.ts'
import { keyTwice, warn } from '../replies/warnings.ts'
import { duplicateKeys } from '../replies/plan-paths.ts'
import type { ApiOperation } from './request.ts'
import { describeValue } from '../replies/describe-value.ts'
import { entriesOf, readEntry, withoutList, type HiddenReason } from './list-entry.ts'

/** As many as are held in memory where nobody says what becomes of them. */
const mostItems = 100_000

/**
 * The tokens that the exchanges list, page by page; the same id twice is given twice. Warns of
 * entries that cannot be shown. Throws `provider_nonsense` for a list that cannot be read, that does
 * not end, or that is too long for what `reader` does not take.
 */
export async function runList(
  api: ApiOperation,
  exchanges: readonly Exchange[],
  values: RequestValues,
  reach: Reach,
  reader: ListReader = readAll(api),
): Promise<readonly TokenInfo[]> {
  const { title } = api.definition
  const kept: TokenInfo[] = []
  let any = false
  const warned = new Set<string>()
  const warnOnce = (text: string) => {
    if (!warned.has(text)) warn(reach, text)
    warned.add(text)
  }
  let oddSaid = false
  const hidden = new Map<HiddenReason, number>()
  let unread: ToknError | undefined
  for (const exchange of exchanges) {
    let page = startPages(exchange.pages)
    for (;;) {
      const { change } = page
      const accepted = await runExchange(api, exchange, values, reach, change)
      const entries = entriesOf(api, accepted, values)
      for (const key of duplicatesIn(accepted)) warnOnce(keyTwice(title, key))
      const next = nextPage(page, exchange.pages, accepted, entries, api.location, values)
      if (next?.repeats === true) break
      const read = await withDateLibrary(
        timingOf(api, accepted.reply),
        (timing) => entries.map((entry) => readEntry(accepted, entry, timing)),
        (found) => found.some((one) => one.unread !== undefined),
      )
      for (const { hidden: why } of read) {
        if (why === undefined) continue
        hidden.set(why, (hidden.get(why) ?? 0) + 1)
        unread = withoutList(api, accepted)
      }
      const odd = read.find(({ unreadExpiry }) => unreadExpiry !== undefined)?.unreadExpiry
      if (odd !== undefined && !oddSaid)
        warn(reach, words.replies.unreadableExpiry(title, 'access', describeValue(odd)))
      oddSaid ||= odd !== undefined
      const tokens = read.flatMap(({ token }) => token ?? [])
      any ||= tokens.length > 0
      // A page may have more of them than a call takes arguments.
      for (const token of reader.keep(tokens)) kept.push(token)
      if (next === undefined) break
      if (next.endless === true) {
        throw new ToknError('provider_nonsense', words.replies.endlessPages(), { sent: true })
      }
      if (reader.isEnough?.() === true) return finish()
      page = next
    }
  }
  return finish()

  function finish(): readonly TokenInfo[] {
    if (!any && unread !== undefined) throw unread
    if (hidden.size > 0) warn(reach, words.replies.hiddenEntries(title, [...hidden]))
    return kept
  }
}

function readAll({ definition }: ApiOperation): ListReader {
  let count = 0
  return {
    keep: (page) => {
      count += page.length
      return page
    },
    isEnough: () => {
      if (count < mostItems) return false
      const said = words.replies.listTooLong(definition.title, mostItems)
      throw new ToknError('provider_nonsense', said, { sent: true })
    },
  }
}

function duplicatesIn({ plan, reply }: Accepted): readonly string[] {
  return plan === undefined ? [] : duplicateKeys(plan, reply)
}
