import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import type { TokenInfo } from '../../core/token.ts'
import { holds } from '../replies/condition.ts'
import type { Places, ReplyPlan } from '../schema/definition.ts'
import type { Accepted } from './exchange.ts'
import { unknownExpiry } from '../../core/expiry.ts'
import { words } from '../../messages/words.ts'
import { readExpiry, type FoundExpiry, type Timing, type FoundValue } from '../replies/expiry.ts'
import { readRecord } from './findings.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { findValue, listPlaces, type ReplyView } from '../replies/place.ts'
import type { ApiOperation } from './request.ts'
import { readName, readScopes, readText } from '../replies/text-values.ts'

/** The entries of one page. Throws `provider_nonsense` for a reply that is not a list. */
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
  const items = findValue(plan.items, outside)
  const inside = { ...outside, unwrap: undefined }
  if (Array.isArray(items)) return items.map((body: unknown) => ({ ...inside, body }))
  if (isObject(items) && !isEmptyAnswer(items, accepted)) {
    return Object.entries(items).map(([key, body]) => ({ ...inside, body, key }))
  }
  // Several servers say `null` for a list with nothing in it.
  if (items === null && isObject(reply.body)) return []
  throw withoutList(api, accepted)
}

/** `{}` where the whole reply should be an array: that is not an empty list. */
function isEmptyAnswer(items: object, { reply, plan }: Accepted): boolean {
  const isMap = listPlaces(plan?.id).some(({ key }) => key === true)
  return items === reply.body && !isMap && Object.keys(items).length === 0
}

/** The error for a reply without a list, or with one of which nothing can be read. */
export function withoutList({ definition }: ApiOperation, { reply, plan }: Accepted): ToknError {
  const { message, hint } = words.replies.noList(
    definition.title,
    describePlaces(plan?.items),
    describePlaces(plan?.id),
  )
  return new ToknError('provider_nonsense', display(message, 400), {
    http: { status: reply.status },
    sent: true,
    hint,
  })
}

function describePlaces(places: Places | undefined): string {
  const paths = listPlaces(places).map(
    ({ body, header, key }) => body ?? header ?? (key && words.replies.entryKey()),
  )
  const named = paths.filter((path) => path !== undefined && path !== '')
  return words.replies.alternatives(named.map((path) => `"${path}"`))
}

/**
 * What is wrong with the id of an entry that cannot be shown: there is none, it is too long or has
 * control characters, it is neither a text nor a number.
 */
export type HiddenReason = 'missing' | 'text' | 'type'

/** An entry of a list; empty where it does not count. */
export interface Entry {
  readonly token?: TokenInfo
  /** Why it cannot be shown. */
  readonly hidden?: HiddenReason
  /** A date that could not be read, and the expiry if that could not. */
  readonly unread?: FoundValue | undefined
  readonly unreadExpiry?: FoundValue | undefined
}

/** Reads an entry; `hidden` says why it cannot be shown. */
export function readEntry({ reply, plan }: Accepted, entry: ReplyView, timing: Timing): Entry {
  if (plan === undefined) return {}
  if (plan.where !== undefined && !holds(plan.where, reply.status, entry)) return {}
  const id = readText(plan.id, entry)
  if (id === undefined) return { hidden: whyHidden(plan, entry) }
  const { createdAt, expiry, lastUsedAt, revokedAt } = plan
  const dates = [createdAt, expiry, lastUsedAt, revokedAt].map((plans) =>
    readExpiry(plans, entry, timing),
  )
  const [created, end, used, revoked] = dates
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
  const unread = dates.find((one) => one.unread !== undefined)?.unread
  return { token, unread, unreadExpiry: end?.expiry.state === 'unknown' ? end.unread : undefined }
}

function instantOf(found: FoundExpiry | undefined): number | undefined {
  return found?.expiry.state === 'at' ? found.expiry.at : undefined
}

function whyHidden({ id }: ReplyPlan, entry: ReplyView): HiddenReason {
  const value = findValue(id, entry)
  if (value === undefined || value === null || value === '') return 'missing'
  return typeof value === 'string' ? 'text' : 'type'
}
