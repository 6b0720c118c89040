import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import type { TokenInfo } from '../../core/token.ts'
import { holds } from '../replies/condition.ts'
import type { Places, ReplyPlan } from '../schema/definition.ts'
import type { Accepted } from './exchange.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import { readExpiry, type FoundExpiry, type Timing, type FoundValue } from '../replies/expiry.ts'
import { readRecord } from './findings.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { find, listPlaces, type ReplyView } from '../replies/place.ts'
import type { ApiOperation } from './request.ts'
import { readName, readScopes, readText } from '../replies/text-values.ts'

/** The entries of one page. Throws `provider_nonsense` for an answer that is no list. */
export function entriesOf(
  api: ApiOperation,
  accepted: Accepted,
  values: RequestValues,
): readonly ReplyView[] {
  const { reply, plan } = accepted
  if (plan === undefined) throw withoutList(api, accepted)
  const outside: ReplyView = {
    headers: reply.headers,
    url: reply.url,
    body: reply.body,
    values,
    unwrap: plan.unwrap,
  }
  const items = find(plan.items, outside)
  const inside = { ...outside, unwrap: undefined }
  if (Array.isArray(items)) return items.map((body: unknown) => ({ ...inside, body }))
  if (isObject(items) && !isEmptyAnswer(items, accepted)) {
    return Object.entries(items).map(([key, body]) => ({ ...inside, body, key }))
  }
  // Several servers say `null` for a list with nothing in it.
  if (items === null && isObject(reply.body)) return []
  throw withoutList(api, accepted)
}

/** `{}` where the whole answer should be an array: an answer that says nothing, and no empty list. */
function isEmptyAnswer(items: object, { reply, plan }: Accepted): boolean {
  const isMap = listPlaces(plan?.id).some(({ key }) => key === true)
  return items === reply.body && !isMap && Object.keys(items).length === 0
}

/** The error for an answer without a list, or with one of which nothing can be read. */
export function withoutList({ definition }: ApiOperation, { reply, plan }: Accepted): ToknError {
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
    { http: { status: reply.status }, sent: true, hint: 'check the base URL' },
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

/** An entry of a list; nothing of it where it does not count. */
export interface Entry {
  readonly token?: TokenInfo
  /** Why it cannot be shown, in words. */
  readonly left?: string
  /** A date of it that was not understood, and that which says when it ends. */
  readonly unread?: FoundValue | undefined
  readonly endUnread?: FoundValue | undefined
}

/** Reads an entry; what cannot be shown of a list is told by `left`. */
export function readEntry({ reply, plan }: Accepted, entry: ReplyView, timing: Timing): Entry {
  if (plan === undefined) return {}
  if (plan.where !== undefined && !holds(plan.where, reply.status, entry)) return {}
  const id = readText(plan.id, entry)
  if (id === undefined) return { left: whyUnread(plan, entry) }
  const { createdAt, expiry, lastUsedAt, revokedAt } = plan
  const endings = [createdAt, expiry, lastUsedAt, revokedAt].map((plans) =>
    readExpiry(plans, entry, timing),
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
  return { token, unread, endUnread: end?.expiry.state === 'unknown' ? end.unread : undefined }
}

function instantOf(ending: FoundExpiry | undefined): number | undefined {
  return ending?.expiry.state === 'at' ? ending.expiry.at : undefined
}

function whyUnread({ id }: ReplyPlan, entry: ReplyView): string {
  const value = find(id, entry)
  if (value === undefined || value === null || value === '') return 'without an id'
  if (typeof value === 'string')
    return 'with an id that is too long or has control characters in it'
  return 'with an id that is neither a text nor a number'
}

/** The warning for entries that are not shown, by why. */
export function leftOut({ definition }: ApiOperation, left: ReadonlyMap<string, number>): string {
  const parts = [...left].map(([why, count]) => `${count} ${why}`)
  const count = [...left.values()].reduce((sum, one) => sum + one, 0)
  const entries = count === 1 ? 'an entry of the list is' : `${count} entries of the list are`
  return `${entries} not shown, as ${definition.title} gave them: ${parts.join(', ')}`
}
