import type { Expiry } from '../core/expiry.ts'
import type { Secret } from '../core/secret.ts'
import type { Answer } from './answer.ts'
import { holds } from './condition.ts'
import type { Places, ReplyPlan } from './definition.ts'
import { readEnd, type Timing } from './expiry.ts'
import type { Known } from './known.ts'
import { find, listPlaces, type Sight } from './place.ts'
import { assertUnambiguous } from './plan-paths.ts'
import { plainText, readName, readScopes, readText, readToken } from './text-values.ts'

/** What was found in the replies to one operation. */
export interface Findings {
  readonly access?: Secret | undefined
  readonly refresh?: Secret | undefined
  readonly expiry?: Expiry | undefined
  readonly refreshExpiry?: Expiry | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly userId?: string | undefined
  readonly active?: boolean | undefined
  readonly context: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<string, string>>
}

/** Throws `provider_nonsense` for a token that is none, or a value given twice. */
export function readFindings(
  plan: ReplyPlan,
  answer: Answer,
  known: Known,
  timing: Timing,
): Findings {
  assertUnambiguous(plan, answer)
  const sight = { headers: answer.headers, url: answer.url, body: answer.body, known }
  const outside: Sight = { ...sight, unwrap: plan.unwrap, refresh: known.refresh }
  // A token may be put together from what is found first, and hold in its claims what comes last.
  const early = readRecord(withoutClaims(plan.context), outside)
  const informed = { ...outside, known: { ...known, context: { ...known.context, ...early } } }
  const access = readToken(plan.access, informed)
  const refresh = readToken(plan.refresh, informed)
  const full: Sight = {
    ...informed,
    access: access ?? known.access,
    refresh: refresh ?? known.refresh,
  }
  const userId = readText(plan.userId, full)
  return {
    access,
    refresh,
    expiry: plan.expiry && readEnd(plan.expiry, full, timing),
    refreshExpiry: plan.refreshExpiry && readEnd(plan.refreshExpiry, full, withoutUse(timing)),
    id: readText(plan.id, full),
    name: readName(plan.name, full),
    scopes: readScopes(plan.scopes, full),
    userId,
    active: plan.active && holds(plan.active, answer.status, full),
    context: { ...early, ...readRecord(plan.context, full), ...(userId && { userId }) },
    facts: readRecord(plan.facts, full),
  }
}

/** Later findings beside, and over, earlier ones. */
export function addFindings(before: Findings, found: Findings): Findings {
  const said = Object.entries(found).filter(([, value]) => value !== undefined)
  return {
    ...before,
    ...Object.fromEntries(said),
    context: { ...before.context, ...found.context },
    facts: { ...before.facts, ...found.facts },
  }
}

function readRecord(
  record: Readonly<Record<string, Places>> | undefined,
  sight: Sight,
): Record<string, string> {
  const entries = Object.entries(record ?? {}).flatMap(([key, places]) => {
    const value = find(places, sight)
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

// Use prolongs the access token; nothing says that it prolongs what renews it.
function withoutUse(timing: Timing): Timing {
  return { ...timing, sliding: false }
}
