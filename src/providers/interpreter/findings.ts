import { Secret } from '../../core/secret.ts'
import type { SigningKey } from '../../core/token.ts'
import { readRefreshToken, type GivenRefresh } from '../replies/token-values.ts'
import { readActive } from '../replies/active.ts'
import type { ParsedReply } from '../replies/parsed-reply.ts'
import type { Places, ReplyPlan } from '../schema/definition.ts'
import { readSigningKey } from '../replies/signing-key.ts'
import { readExpiry, type FoundExpiry, type Timing } from '../replies/expiry.ts'
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
  readonly expiry?: FoundExpiry | undefined
  readonly refreshExpiry?: FoundExpiry | undefined
  readonly signingKey?: SigningKey | undefined
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
  target: WarningTarget,
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
  const key = readSigningKey(plan.signingKey, full)
  if (access !== undefined) warnOfOddities(target, { plan, reply, given, key })
  return {
    access,
    refresh,
    refreshUnreadable: given.unreadable ? true : undefined,
    skew: access === undefined ? undefined : reply.skew,
    status: reply.status,
    expiry: plan.expiry && readExpiry(plan.expiry, full, timing),
    refreshExpiry: plan.refreshExpiry && readExpiry(plan.refreshExpiry, full, withoutUse(timing)),
    signingKey: key.value,
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
  const present = Object.entries(found).filter(([, value]) => value !== undefined)
  return {
    ...before,
    ...Object.fromEntries(present),
    expiry: laterExpiry(before.expiry, found.expiry),
    refreshExpiry: laterExpiry(before.refreshExpiry, found.refreshExpiry),
    context: { ...before.context, ...found.context },
    facts: { ...before.facts, ...found.facts },
  }
}

/** The later expiry, unless its reply says nothing of it: that does not replace one that did. */
function laterExpiry(
  before: FoundExpiry | undefined,
  found: FoundExpiry | undefined,
): FoundExpiry | undefined {
  const isSilent = found?.expiry.state === 'unknown' && found.unread === undefined
  return found === undefined || (isSilent && before !== undefined) ? before : found
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
