import type { Expiry } from '../../core/expiry.ts'
import type { SeenProfile, SeenSession, SeenToken } from '../../core/overview.ts'

/** What is the same of many profiles, with 0 for each instant: those are in the numbers. */
interface Kind {
  readonly provider: string
  readonly store: string
  readonly unread?: true
  readonly session?: SeenSession | undefined
}

/** Numbers of a profile: the places of its kind and its URL, from 1 on, and the instants of its session. */
const width = 9

/** Profiles with as little as possible of each for itself: it takes long to make thousands of objects. */
export interface Columns {
  readonly numbers: Float64Array
  readonly names: readonly string[]
  readonly ids: readonly string[]
  readonly kinds: readonly Kind[]
  readonly urls: ReadonlyArray<string | null>
  /** Not everybody asks for them. */
  readonly tokens: () => ReadonlyArray<SeenToken | null>
}

/** The profiles in columns, and their tokens. */
export function toColumns(
  profiles: readonly SeenProfile[],
  tokens: ReadonlyArray<SeenToken | undefined>,
): Columns {
  const numbers = new Float64Array(profiles.length * width)
  const [kinds, urls] = [new Map<string, number>(), new Map<string | null, number>()]
  for (const [index, { provider, store, where, session, unread }] of profiles.entries()) {
    const kind: Kind = {
      provider,
      store,
      ...(unread ? { unread } : {}),
      session: session && withoutTimes(session),
    }
    const places = [placeOf(JSON.stringify(kind), kinds), placeOf(where ?? null, urls)]
    numbers.set([...places, ...(session === undefined ? [] : timesOf(session))], index * width)
  }
  return {
    numbers,
    names: profiles.map(({ name }) => name),
    ids: profiles.map(({ id }) => id),
    kinds: [...kinds.keys()].map((text) => JSON.parse(text) as Kind),
    urls: [...urls.keys()],
    tokens: () => tokens.map((token) => (token === undefined ? null : ofToken(token))),
  }
}

/** Whether every row has as much as it has to have. */
export function areWhole({ numbers, names, ids, kinds, urls }: Columns): boolean {
  const { length } = names
  if (ids.length !== length || numbers.length !== length * width) return false
  for (let at = 0; at < numbers.length; at += width) {
    const kind = kinds[(numbers[at] ?? 0) - 1]
    const url = urls[(numbers[at + 1] ?? 0) - 1]
    if (kind === undefined || url === undefined) return false
  }
  return true
}

/** The profile in row `index`. */
export function profileAt(
  { numbers, names, ids, kinds, urls }: Columns,
  index: number,
): SeenProfile {
  const at = index * width
  const { provider, store, session, unread } = kinds[(numbers[at] ?? 0) - 1] as Kind
  return {
    name: names[index] ?? '',
    id: ids[index] ?? '',
    provider,
    store,
    where: urls[(numbers[at + 1] ?? 0) - 1] ?? undefined,
    session: session && withTimes(session, numbers, at),
    unread: unread === true,
    fault: undefined,
  }
}

function ofToken({ tokenId, tokenName, fingerprint }: SeenToken): SeenToken {
  return { tokenId, tokenName, fingerprint }
}

function placeOf<Value>(value: Value, places: Map<Value, number>): number {
  const place = places.get(value) ?? places.size + 1
  places.set(value, place)
  return place
}

function timesOf(session: SeenSession): readonly number[] {
  const { obtainedAt, prolongedAt = 0, expiry, refreshExpiry, renewalEnd } = session
  return [
    obtainedAt,
    prolongedAt,
    instantOf(expiry),
    instantOf(refreshExpiry),
    ...(renewalEnd === undefined ? [] : [renewalEnd.at, renewalEnd.since, renewalEnd.asked]),
  ]
}

function instantOf(expiry: Expiry | undefined): number {
  return expiry?.state === 'at' ? expiry.at : 0
}

function withoutTimes(session: SeenSession): SeenSession {
  return withTimes(session, new Float64Array(width), 0)
}

/** `session` with the instants at `at`, where it has any. */
function withTimes(session: SeenSession, numbers: Float64Array, at: number): SeenSession {
  const { prolongedAt, refreshExpiry, renewalEnd } = session
  return {
    expiry: endingAt(session.expiry, numbers[at + 4] ?? 0),
    refreshExpiry: refreshExpiry && endingAt(refreshExpiry, numbers[at + 5] ?? 0),
    obtainedAt: numbers[at + 2] ?? 0,
    prolongedAt: prolongedAt === undefined ? undefined : numbers[at + 3],
    fixed: session.fixed,
    renewal: session.renewal,
    renewalEnd: renewalEnd && {
      at: numbers[at + 6] ?? 0,
      since: numbers[at + 7] ?? 0,
      asked: numbers[at + 8] ?? 0,
      credentials: renewalEnd.credentials,
    },
    refreshKept: session.refreshKept,
    credentialsKept: session.credentialsKept,
    renewsWith: session.renewsWith,
    scopes: session.scopes,
    standing: session.standing,
  }
}

function endingAt(expiry: Expiry, at: number): Expiry {
  if (expiry.state !== 'at') return expiry
  if (expiry.assumed === true) return { state: 'at', at, assumed: true }
  return expiry.sliding === true ? { state: 'at', at, sliding: true } : { state: 'at', at }
}
