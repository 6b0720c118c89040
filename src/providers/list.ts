import { ToknError } from '../core/errors.ts'
import { unknownExpiry } from '../core/expiry.ts'
import { isObject } from '../core/json.ts'
import type { Reach } from '../core/provider.ts'
import { display } from '../core/text.ts'
import type { TokenInfo } from '../core/token.ts'
import { holds } from './condition.ts'
import type { Exchange, Places, ReplyPlan } from './definition.ts'
import { runExchange, type Accepted } from './exchange.ts'
import { readEnding, withDates, type Ending, type Timing, type Unread } from './expiry.ts'
import { readRecord } from './findings.ts'
import type { Held } from './known.ts'
import { timingOf } from './operation.ts'
import { nextPage, startPages } from './pages.ts'
import { find, listPlaces, type Sight } from './place.ts'
import { tell, twice, unknownEnd } from './odd.ts'
import { doubled } from './plan-paths.ts'
import type { Setting } from './request.ts'
import { readName, readScopes, readText } from './text-values.ts'
import { describeUnread } from './unread.ts'

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
      if (odd !== undefined && !told) tell(reach, unknownEnd(title, describeUnread(odd)))
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

function entriesOf(setting: Setting, accepted: Accepted, known: Held): readonly Sight[] {
  const { answer, plan } = accepted
  if (plan === undefined) throw withoutList(setting, accepted)
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
  if (isObject(items) && !isEmptyAnswer(items, accepted)) {
    return Object.entries(items).map(([key, body]) => ({ ...inside, body, key }))
  }
  // Several servers say `null` for a list with nothing in it.
  if (items === null && isObject(answer.body)) return []
  throw withoutList(setting, accepted)
}

/** `{}` where the whole answer should be an array: an answer that says nothing, and no empty list. */
function isEmptyAnswer(items: object, { answer, plan }: Accepted): boolean {
  const isMap = listPlaces(plan?.id).some(({ key }) => key === true)
  return items === answer.body && !isMap && Object.keys(items).length === 0
}

function withoutList({ definition }: Setting, { answer, plan }: Accepted): ToknError {
  const where = inWords(plan?.items)
  const list = where === '' ? 'a list' : `a list at ${where}`
  const id = inWords(plan?.id)
  const expected = id === '' ? list : `${list}, of entries with an id at ${id}`
  return new ToknError(
    'provider_nonsense',
    display(
      `${definition.title} answered without a list that can be read: expected ${expected}`,
      400,
    ),
    { http: { status: answer.status }, sent: true, hint: 'check the base URL' },
  )
}

function inWords(places: Places | undefined): string {
  const paths = listPlaces(places).map(
    ({ body, header, key }) => body ?? header ?? (key && 'its key'),
  )
  return paths
    .filter((path) => path !== undefined && path !== '')
    .map((path) => `"${path}"`)
    .join(' or ')
}

function doubledKeys({ plan, answer }: Accepted): readonly string[] {
  return plan === undefined ? [] : doubled(plan, answer)
}

/** An entry of a list; nothing of it where it does not count. */
interface Entry {
  readonly token?: TokenInfo
  /** Why it cannot be shown, in words. */
  readonly left?: string
  /** A date of it that was not understood, and that which says when it ends. */
  readonly unread?: Unread | undefined
  readonly endUnread?: Unread | undefined
}

function readEntry({ answer, plan }: Accepted, entry: Sight, timing: Timing): Entry {
  if (plan === undefined) return {}
  if (plan.where !== undefined && !holds(plan.where, answer.status, entry)) return {}
  const id = readText(plan.id, entry)
  if (id === undefined) return { left: whyUnread(plan, entry) }
  const { createdAt, expiry, lastUsedAt, revokedAt } = plan
  const endings = [createdAt, expiry, lastUsedAt, revokedAt].map((plans) =>
    readEnding(plans, entry, timing),
  )
  const [created, end, used, revoked] = endings
  const facts = readRecord(plan.facts, entry)
  const token = {
    id,
    name: readName(plan.name, entry),
    scopes: readScopes(plan.scopes, entry),
    createdAt: instantOf(created),
    expiry: end?.expiry ?? unknownExpiry,
    lastUsedAt: instantOf(used),
    revokedAt: instantOf(revoked),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  }
  const unread = endings.find((one) => one.unread !== undefined)?.unread
  return { token, unread, endUnread: end?.unread }
}

function instantOf(ending: Ending | undefined): number | undefined {
  return ending?.expiry.state === 'at' ? ending.expiry.at : undefined
}

function whyUnread({ id }: ReplyPlan, entry: Sight): string {
  const value = find(id, entry)
  if (value === undefined || value === null || value === '') return 'without an id'
  if (typeof value === 'string')
    return 'with an id that is too long or has control characters in it'
  return 'with an id that is neither a text nor a number'
}

function leftOut({ definition }: Setting, left: ReadonlyMap<string, number>): string {
  const parts = [...left].map(([why, count]) => `${count} ${why}`)
  const count = [...left.values()].reduce((sum, one) => sum + one, 0)
  const entries = count === 1 ? 'an entry of the list is' : `${count} entries of the list are`
  return `${entries} not shown, as ${definition.title} gave them: ${parts.join(', ')}`
}

/** The error for a list that goes on and on. */
export function endless({ definition }: Pick<Setting, 'definition'>): ToknError {
  return new ToknError('provider_nonsense', `the list of ${definition.title} does not end`, {
    sent: true,
  })
}
