import { ToknError } from '../core/errors.ts'
import { unknownExpiry } from '../core/expiry.ts'
import { isObject } from '../core/json.ts'
import type { Reach } from '../core/provider.ts'
import type { TokenInfo } from '../core/token.ts'
import { holds } from './condition.ts'
import type { Exchange } from './definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import { readEnding, withDates, type Ending, type Timing, type Unread } from './expiry.ts'
import type { Held } from './known.ts'
import { timingOf } from './operation.ts'
import { nextPage, startPages } from './pages.ts'
import { find, type Sight } from './place.ts'
import { tell, twice, unknownEnd } from './odd.ts'
import { doubled } from './plan-paths.ts'
import type { Setting } from './request.ts'
import { readName, readScopes, readText } from './text-values.ts'
import { describeUnread } from './unread.ts'

const mostItems = 10_000

/**
 * The tokens that the exchanges list, page by page. Entries without an id are left out, the same id
 * twice is given twice. Throws `provider_nonsense` for a list that is none, or that does not end.
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
        (found) => found.some(({ unread }) => unread !== undefined),
      )
      const odd = read.find(({ endUnread }) => endUnread !== undefined)?.endUnread
      if (odd !== undefined && !told) tell(reach, unknownEnd(title, describeUnread(odd)))
      told ||= odd !== undefined
      tokens.push(...read.flatMap((one) => one.tokens))
      if (next === undefined) break
      if (tokens.length >= mostItems) throw endless(setting)
      page = next
    }
  }
  return tokens
}

function entriesOf(setting: Setting, accepted: Accepted, known: Held): readonly Sight[] {
  const { answer, plan } = accepted
  if (plan === undefined) return []
  const outside: Sight = {
    headers: answer.headers,
    url: answer.url,
    body: answer.body,
    known,
    unwrap: plan.unwrap,
  }
  const items = find(plan.items, outside)
  const inside = { ...outside, unwrap: undefined }
  if (Array.isArray(items)) return items.map((body: unknown) => ({ ...inside, body }))
  if (isObject(items)) {
    return Object.entries(items).map(([key, body]) => ({ ...inside, body, key }))
  }
  // Several servers say `null` for a list with nothing in it.
  if (items === null && isObject(answer.body)) return []
  throw new ToknError('provider_nonsense', `${setting.definition.title} answered without a list`, {
    http: { status: answer.status },
    sent: true,
  })
}

function doubledKeys({ plan, answer }: Accepted): readonly string[] {
  return plan === undefined ? [] : doubled(plan, answer)
}

interface Entry {
  readonly tokens: readonly TokenInfo[]
  /** A date of it that was not understood, and that which says when it ends. */
  readonly unread?: Unread | undefined
  readonly endUnread?: Unread | undefined
}

function readEntry({ answer, plan }: Accepted, entry: Sight, timing: Timing): Entry {
  const id = readText(plan?.id, entry)
  if (plan === undefined || id === undefined) return { tokens: [] }
  if (plan.where !== undefined && !holds(plan.where, answer.status, entry)) return { tokens: [] }
  const [created, end, used, revoked] = [
    plan.createdAt,
    plan.expiry,
    plan.lastUsedAt,
    plan.revokedAt,
  ].map((plans) => readEnding(plans, entry, timing))
  const token = {
    id,
    name: readName(plan.name, entry),
    scopes: readScopes(plan.scopes, entry),
    createdAt: instantOf(created),
    expiry: end?.expiry ?? unknownExpiry,
    lastUsedAt: instantOf(used),
    revokedAt: instantOf(revoked),
  }
  const unread = [end, created, used, revoked].find((one) => one?.unread !== undefined)?.unread
  return { tokens: [token], unread, endUnread: end?.unread }
}

function instantOf(ending: Ending | undefined): number | undefined {
  return ending?.expiry.state === 'at' ? ending.expiry.at : undefined
}

/** The error for a list that goes on and on. */
export function endless({ definition }: Pick<Setting, 'definition'>): ToknError {
  return new ToknError('provider_nonsense', `the list of ${definition.title} does not end`, {
    sent: true,
  })
}
