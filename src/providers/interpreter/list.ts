import { ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
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

const mostItems = 10_000

/**
 * The tokens that the exchanges list, page by page; the same id twice is given twice. Warns of
 * entries that cannot be shown. Throws `provider_nonsense` for a list that cannot be read, or that
 * does not end.
 */
export async function runList(
  api: ApiOperation,
  exchanges: readonly Exchange[],
  values: RequestValues,
  reach: Reach,
): Promise<readonly TokenInfo[]> {
  const { title } = api.definition
  const tokens: TokenInfo[] = []
  let warned = false
  const hidden = new Map<HiddenReason, number>()
  let unread: ToknError | undefined
  for (const exchange of exchanges) {
    let page = startPages(exchange.pages)
    for (;;) {
      const { change } = page
      const accepted = await runExchange(api, exchange, values, reach, change)
      const entries = entriesOf(api, accepted, values)
      for (const key of duplicatesIn(accepted)) warn(reach, keyTwice(title, key))
      const next = nextPage(page, exchange.pages, accepted, entries.length, api.location, values)
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
      if (odd !== undefined && !warned)
        warn(reach, words.replies.unreadableExpiry(title, 'access', describeValue(odd)))
      warned ||= odd !== undefined
      tokens.push(...read.flatMap(({ token }) => token ?? []))
      if (next === undefined) break
      if (tokens.length >= mostItems) throw endless(api)
      page = next
    }
  }
  if (tokens.length === 0 && unread !== undefined) throw unread
  if (hidden.size > 0) warn(reach, words.replies.hiddenEntries(title, [...hidden]))
  return tokens
}

/** The error for a list that does not end. */
function endless({ definition }: Pick<ApiOperation, 'definition'>): ToknError {
  return new ToknError('provider_nonsense', words.replies.endlessList(definition.title), {
    sent: true,
  })
}

function duplicatesIn({ plan, reply }: Accepted): readonly string[] {
  return plan === undefined ? [] : duplicateKeys(plan, reply)
}
