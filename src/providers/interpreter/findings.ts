import type { Expiry } from '../../core/expiry.ts'
import { Secret } from '../../core/secret.ts'
import { readRefreshToken, type GivenRefresh } from '../replies/token-values.ts'
import { readActive } from '../replies/active.ts'
import type { ParsedReply } from '../replies/parsed-reply.ts'
import type { Places, ReplyPlan } from '../schema/definition.ts'
import { readExpiry, type Timing, type ExpiryOddity, type FoundValue } from '../replies/expiry.ts'
import type { TemplateValues } from '../templates/placeholder-values.ts'
import { findValue, listPlaces, type ReplyView } from '../replies/place.ts'
import { warnOfOddities, type WarningTarget } from '../replies/warnings.ts'
import { saysError } from '../replies/refusal-text.ts'
import { plainText, readAccess, readName, readScopes, readText } from '../replies/text-values.ts'

/** What was found in the replies to one operation. */
export interface Findings {
  readonly access?: Secret | undefined
  readonly refresh?: Secret | undefined
  readonly refreshUnreadable?: boolean | undefined
  readonly expiry?: Expiry | undefined
  readonly refreshExpiry?: Expiry | undefined
  /** Of the value that the expiry was read from; see `FoundExpiry`. */
  readonly unread?: FoundValue | undefined
  readonly nothing?: boolean | undefined
  readonly said?: FoundValue | undefined
  readonly odd?: ExpiryOddity | undefined
  readonly refreshUnread?: FoundValue | undefined
  readonly refreshSaid?: FoundValue | undefined
  readonly refreshOdd?: ExpiryOddity | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly userId?: string | undefined
  readonly active?: boolean | undefined
  /** Whether the reply says nothing of whether the token is alive, though it was asked for that. */
  readonly silent?: true | undefined
  /** What to add to the instants of the reply that gave the access token to have ours. */
  readonly skew?: number | undefined
  /** HTTP status of the last reply; absent where nothing was sent. */
  readonly status?: number | undefined
  readonly context: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<string, string>>
}

/**
 * What a plan finds in a reply. Throws `provider_nonsense` for an unusable access token; whatever
 * else is odd is left out, with a warning to `target`.
 */
export function readFindings(
  plan: ReplyPlan,
  reply: ParsedReply,
  values: TemplateValues,
  timing: Timing,
  listener: WarningTarget,
): Findings {
  const view = { headers: reply.headers, url: reply.url, body: reply.body, values }
  const outside: ReplyView = { ...view, unwrap: plan.unwrap, refresh: values.refresh }
  // A token may be built from values that are found first; its claims are read last.
  const early = readRecord(withoutClaims(plan.context), outside)
  const informed = { ...outside, values: { ...values, context: { ...values.context, ...early } } }
  const access = readAccess(plan.access, informed, reply.status)
  const given = readRefresh(plan.refresh, informed, reply)
  const refresh = given.token === undefined ? undefined : new Secret(given.token)
  const full: ReplyView = {
    ...informed,
    access: access ?? values.access,
    refresh: refresh ?? values.refresh,
  }
  const userId = readText(plan.userId, full)
  const active = readActive(plan.active, reply.status, full)
  const ending = plan.expiry && readExpiry(plan.expiry, full, timing)
  const refreshEnding =
    plan.refreshExpiry && readExpiry(plan.refreshExpiry, full, withoutUse(timing))
  if (access !== undefined) warnOfOddities(listener, { plan, reply, given })
  return {
    access,
    refresh,
    refreshUnreadable: given.unreadable ? true : undefined,
    skew: access === undefined ? undefined : reply.skew,
    status: reply.status,
    expiry: ending?.expiry,
    unread: ending?.unread,
    nothing: ending?.nothing,
    said: ending?.said,
    odd: ending?.odd,
    refreshExpiry: refreshEnding?.expiry,
    refreshUnread: refreshEnding?.unread,
    refreshSaid: refreshEnding?.said,
    refreshOdd: refreshEnding?.odd,
    id: readText(plan.id, full),
    name: readName(plan.name, full),
    scopes: readScopes(plan.scopes, full),
    userId,
    active,
    silent:
      (active === undefined && (plan.active !== undefined || saysError(reply.body))) || undefined,
    context: { ...early, ...readRecord(plan.context, full), ...(userId && { userId }) },
    facts: readRecord(plan.facts, full),
  }
}

/** The refresh token, also from outside an envelope that was opened. */
function readRefresh(
  places: Places | undefined,
  view: ReplyView,
  reply: ParsedReply,
): GivenRefresh {
  const given = readRefreshToken(findValue(places, view))
  if (given.token !== undefined || reply.outside === undefined) return given
  const outside = readRefreshToken(findValue(places, { ...view, body: reply.outside }))
  return outside.token === undefined ? given : outside
}

/** Both findings; later values replace earlier ones. */
export function addFindings(before: Findings, found: Findings): Findings {
  const said = Object.entries(found).filter(([, value]) => value !== undefined)
  // A reply that says nothing of the expiry does not replace one that did.
  const silent = found.expiry?.state === 'unknown' && found.unread === undefined
  const kept = silent && before.expiry !== undefined ? before : found
  const { expiry, unread, nothing, said: value, odd } = kept
  return {
    ...before,
    ...Object.fromEntries(said),
    ...(expiry === undefined ? {} : { expiry, unread, nothing, said: value, odd }),
    context: { ...before.context, ...found.context },
    facts: { ...before.facts, ...found.facts },
  }
}

/** The texts found, by label; a label without one is left out. */
export function readRecord(
  record: Readonly<Record<string, Places>> | undefined,
  view: ReplyView,
): Record<string, string> {
  const entries = Object.entries(record ?? {}).flatMap(([key, places]) => {
    const value = findValue(places, view)
    const text = Array.isArray(value) ? plainText(textsOf(value).join(', ')) : plainText(value)
    return text === undefined ? [] : [[key, text] as const]
  })
  return Object.fromEntries(entries)
}

function textsOf(list: readonly unknown[]): readonly string[] {
  return list.map(plainText).filter((text) => text !== undefined)
}

function withoutClaims(
  record: Readonly<Record<string, Places>> | undefined,
): Readonly<Record<string, Places>> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([, places]) => !isClaim(places)))
}

function isClaim(places: Places): boolean {
  return listPlaces(places).some((place) => place.claim !== undefined)
}

// Use prolongs the access token, but as far as we know not the refresh token.
function withoutUse(timing: Timing): Timing {
  return { ...timing, sliding: false }
}
