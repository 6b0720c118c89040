import { isFailure, type ToknError } from './errors.ts'
import type { Index, IndexEntry, Profiles } from './ports.ts'
import type { Outline, StoreKind } from './profile.ts'

/** What decides how a session stands, out of its entry in the index. */
export type SeenSession = Pick<
  IndexEntry,
  | 'expiry'
  | 'refreshExpiry'
  | 'obtainedAt'
  | 'prolongedAt'
  | 'fixed'
  | 'renewal'
  | 'renewalEnd'
  | 'refreshKept'
  | 'credentialsKept'
  | 'renewsWith'
  | 'scopes'
  | 'standing'
  | 'movedTo'
>

/** What tells the token of a session from others. */
export type SeenToken = Pick<IndexEntry, 'tokenId' | 'tokenName' | 'fingerprint'>

/** A profile and what is known of its session. */
export interface SeenProfile {
  readonly name: string
  readonly id: string
  readonly provider: string
  readonly store: StoreKind
  /** URL or origin at which the tokens are made. */
  readonly where: string | undefined
  readonly session: SeenSession | undefined
  /** Something is known of its session, and cannot be read. */
  readonly unread: boolean
  readonly fault: undefined
}

/** A profile that cannot be read, and why. */
interface DamagedProfile {
  readonly name: string
  readonly store: StoreKind | undefined
  readonly fault: ToknError
}

/** Profiles in the order of their names. */
export interface Overview {
  readonly length: number
  /** `index` is at least 0 and less than `length`. */
  at(index: number): SeenProfile | DamagedProfile
  /** What tells the token of that profile from others; `undefined` where it has none. */
  tokenAt(index: number): SeenToken | undefined
}

/** Where profiles, and what is known of their sessions, are to be found. */
export interface Seen {
  readonly profiles: Pick<Profiles, 'outlines'>
  readonly index: Pick<Index, 'getAll'>
}

/** Of all profiles as they are now, or of the one called `name`. */
export function overviewOf({ profiles, index }: Seen, name?: string): Overview {
  const outlines = profiles
    .outlines()
    .filter((one) => name === undefined || one.name === name)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const known = index.getAll(outlines.flatMap(({ id }) => id ?? []))
  return {
    length: outlines.length,
    at: (row) => see(outlines[row] as Outline, known),
    tokenAt: (row) => known.get(outlines[row]?.id ?? ''),
  }
}

/** `known` is what the index has of it, if anything: see `Index.getAll`. */
function see(
  outline: Outline,
  known: ReadonlyMap<string, IndexEntry | undefined>,
): SeenProfile | DamagedProfile {
  try {
    const { name, id, provider, store, baseUrl, settings } = outline.read()
    const entry = known.get(id)
    return {
      name,
      id,
      provider,
      store,
      where: baseUrl ?? entry?.origin ?? settings['issuer'],
      session: entry,
      unread: entry === undefined && known.has(id),
      fault: undefined,
    }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { name: outline.name, store: outline.store, fault: error }
  }
}
