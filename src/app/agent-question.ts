import { isGood } from '../core/expiry.ts'
import { readHandedOut, type HandedOut } from '../core/handed-out.ts'
import { isObject, ownString, textsIn } from '../core/json.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import { isProfileName } from '../core/profile-name.ts'
import type { Unanswered } from '../io/agent/exchange.ts'
import type { AgentPlace } from '../io/agent/locate.ts'
import type { Reply } from '../io/agent/reply.ts'
import type { FreshOptions } from '../session/fresh.ts'

// What is asked of an agent, and what its answer says: all that a token needs, and no more.

/**
 * Milliseconds in which an agent has to begin to answer, of `end` that there are. One that works does
 * within a second; one that was named is given ten, since there may be no other way, but half of the
 * time is left to whoever has one.
 */
export function patienceWith(
  named: boolean,
  end: number,
  patience = named ? 10_000 : 1_000,
): number {
  return Math.min(patience, named ? end / 2 : end)
}

/** What has come of an agent before the program was loaded: that is not done again. */
export interface Beforehand {
  /** Where it is; see `locateAgent`. */
  readonly place: AgentPlace | string | undefined
  /** Its answer, if it was asked. */
  readonly answer?: { readonly target: string; readonly reply: Reply | Unanswered } | undefined
  /** What went wrong when the token was written. */
  readonly failure?: unknown
}

/** The path and query to ask for a session. */
export function targetOf(
  name: string,
  { minTtl, refresh, beyond, reason }: FreshOptions,
  store: StoreKind | undefined,
  configuration: string | undefined,
  quiet: boolean,
): string {
  const query = Object.entries({
    min_ttl: minTtl === undefined ? undefined : Math.ceil(minTtl),
    refresh,
    beyond,
    reason,
    configuration,
    store,
    quiet: quiet ? 1 : undefined,
  }).flatMap(([key, value]) => (value === undefined ? [] : `${key}=${encodeURIComponent(value)}`))
  const path = `/session${name === '' ? '' : `/${encodeURIComponent(name)}`}`
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

export type Document = Readonly<Record<string, unknown>>

/** `undefined` for what is no answer of an agent. */
export function readDocument(body: string): Document | undefined {
  try {
    const document: unknown = JSON.parse(body)
    return isObject(document) && document['schema'] === 'tokn.agent-session/v1'
      ? document
      : undefined
  } catch {
    return undefined
  }
}

/** A session as an agent tells of it. */
export interface ToldSession {
  readonly held: HandedOut
  /** Its store by the name that the agent has for it. */
  readonly profile: Profile
}

/** The session that a document is about; `undefined` where it is about none, or not of one piece. */
export function readSession(
  { record, profile }: Document,
  isOfThisMachine: () => boolean = () => false,
): ToldSession | undefined {
  const held = readHandedOut(record)
  const told = readProfile(profile, isOfThisMachine)
  return held === undefined || told === undefined || told.id !== held.profileId
    ? undefined
    : { held, profile: told }
}

/**
 * Whether a session is the one of that name, and its token good: of another machine, as one that was
 * named can be, the clock may be another, too.
 */
export function isBelievable(
  { held, profile }: ToldSession,
  name: string,
  named: boolean,
  now: number,
): boolean {
  return (name === '' || profile.name === name) && (named || isGood(held.expiry, now, 0))
}

/** `undefined` for what is no profile. What is told from elsewhere chooses no files and no proxy here. */
function readProfile(value: unknown, isOfThisMachine: () => boolean): Profile | undefined {
  if (!isObject(value)) return undefined
  const text = (name: string) => ownString(value, name)
  const [name, id, provider, store] = ['name', 'id', 'provider', 'store'].map(text)
  if (name === undefined || id === undefined || provider === undefined || store === undefined) {
    return undefined
  }
  // It comes into commands that are told to a user.
  if (!isProfileName(name)) return undefined
  return {
    name,
    id,
    provider,
    store,
    baseUrl: text('baseUrl'),
    apiUrls: listOf(value['apiUrls']),
    settings: textsIn(value['settings']),
    overrides: isObject(value['overrides']) ? textsIn(value['overrides']) : undefined,
    usualStore: text('usualStore'),
    ...(ways.some((way) => text(way) !== undefined) && isOfThisMachine()
      ? Object.fromEntries(ways.map((way) => [way, text(way)]))
      : {}),
  }
}

/** What of a profile names files and a proxy of the machine on which it was made. */
const ways = ['ca', 'proxy', 'certificate', 'key'] as const

function listOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
}
