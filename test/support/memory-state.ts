import type {
  HeldLease,
  LeaseTaken,
  RowChange,
  RowCondition,
  RowWritten,
  SharedDocument,
  SharedParts,
  SharedRow,
  Wish,
  Wished,
} from '../../src/core/shared-engine.ts'

interface Lease {
  readonly holder: string
  readonly fence: number
  /** By the clock of the engine; 0 where it was given back. */
  readonly until: number
}

/** All that an engine in memory has: never changed, but replaced, so that one can go back to it. */
export interface MemoryState {
  readonly rows: ReadonlyMap<string, SharedRow>
  readonly leases: ReadonlyMap<string, Lease>
  readonly documents: ReadonlyMap<string, SharedDocument>
  readonly wishes: readonly Wish[]
}

export const emptyState: MemoryState = {
  rows: new Map(),
  leases: new Map(),
  documents: new Map(),
  wishes: [],
}

/** What a change comes to: its answer, and the state after it; the same state where nothing changed. */
export interface Changed<Answer> {
  readonly state: MemoryState
  readonly answer: Answer
}

type Failed = Extract<RowWritten, { readonly failed: unknown }>['failed']

function failureOf(state: MemoryState, id: string, when: RowCondition): Failed | undefined {
  const row = state.rows.get(id)
  if ('version' in when && when.version !== row?.version) return 'version'
  if ('fence' in when && when.fence !== state.leases.get(`session:${id}`)?.fence) return 'fence'
  if ('generation' in when && when.generation !== (row?.generation ?? 0)) return 'generation'
  const keys = state.documents.get('keys')?.version ?? ''
  return 'keys' in when && when.keys !== keys ? 'keys' : undefined
}

export function writeRow(
  state: MemoryState,
  id: string,
  change: RowChange,
  version: string,
): Changed<RowWritten> {
  const failed = failureOf(state, id, change.when)
  if (failed !== undefined) return { state, answer: { failed } }
  const before = state.rows.get(id)
  const name = change.name ?? before?.name
  // Nothing to make it of: whoever writes to a row that somebody has removed.
  if (name === undefined) return { state, answer: { failed: 'version' } }
  const same = [...state.rows.values()].find((row) => row.name === name)
  if (same !== undefined && same.id !== id) return { state, answer: { failed: 'name' } }
  const generation = change.generation ?? before?.generation ?? 0
  const parts = changeParts(before?.parts ?? {}, change.parts ?? {})
  const rows = new Map(state.rows).set(id, { id, name, version, generation, parts })
  return { state: { ...state, rows }, answer: { written: version } }
}

function changeParts(
  before: SharedParts,
  changed: Readonly<Record<string, string | null>>,
): SharedParts {
  const all = Object.entries({ ...before, ...changed }).filter(([, text]) => text !== null)
  return Object.fromEntries(all) as SharedParts
}

export function removeRow(state: MemoryState, id: string, when: RowCondition): Changed<boolean> {
  if (!state.rows.has(id) || failureOf(state, id, when) !== undefined)
    return { state, answer: false }
  const rows = new Map(state.rows)
  rows.delete(id)
  const wishes = state.wishes.filter((wish) => wish.id !== id)
  return { state: { ...state, rows, wishes }, answer: true }
}

interface Taking {
  readonly holder: string
  readonly ttl: number
  readonly now: number
}

export function takeLease(
  state: MemoryState,
  name: string,
  { holder, ttl, now }: Taking,
): Changed<LeaseTaken> {
  const lease = state.leases.get(name)
  if (lease !== undefined && lease.until > now) {
    return { state, answer: { heldBy: lease.holder, left: lease.until - now } }
  }
  // Not below the time: an engine that has lost its last writes does not give the same number again.
  const fence = Math.max((lease?.fence ?? 0) + 1, Math.floor(now))
  const leases = new Map(state.leases).set(name, { holder, fence, until: now + ttl })
  return { state: { ...state, leases }, answer: { fence } }
}

/** Milliseconds left of a lease with this fence. */
export function leftOf(state: MemoryState, name: string, fence: number, now: number): number {
  const lease = state.leases.get(name)
  return lease?.fence === fence ? Math.max(0, lease.until - now) : 0
}

export function listLeases(state: MemoryState, now: number): readonly HeldLease[] {
  const held = [...state.leases].filter(([, { until }]) => until > now)
  return held.map(([name, { holder, until }]) => ({ name, holder, left: until - now }))
}

/** `until`: 0 gives it back, which can be done once its time is over too. */
export function moveLease(
  state: MemoryState,
  name: string,
  fence: number,
  until: number,
): MemoryState {
  const lease = state.leases.get(name)
  if (lease?.fence !== fence) return state
  return { ...state, leases: new Map(state.leases).set(name, { ...lease, until }) }
}

export function addWish(state: MemoryState, wish: Wish): MemoryState {
  const there = state.wishes.some(
    ({ id, generation, text }) =>
      id === wish.id && generation === wish.generation && text === wish.text,
  )
  if (there) return state
  const all = [...state.wishes, wish]
  const own = all.filter(({ id }) => id === wish.id)
  const oldest = own.length > mostWishes ? own[0] : undefined
  return { ...state, wishes: all.filter((one) => one !== oldest) }
}

/** Of each session no more are kept. */
const mostWishes = 100

export function dropWishes(state: MemoryState, id: string, generation: number): MemoryState {
  const wishes = state.wishes.filter((wish) => wish.id !== id || wish.generation > generation)
  return wishes.length === state.wishes.length ? state : { ...state, wishes }
}

export function writeDocument(
  state: MemoryState,
  name: string,
  { version, text, next }: { version: string; text: string | null; next: string },
): Changed<string | undefined> {
  if ((state.documents.get(name)?.version ?? '') !== version) return { state, answer: undefined }
  const documents = new Map(state.documents)
  if (text === null) documents.delete(name)
  else documents.set(name, { version: next, text })
  return { state: { ...state, documents }, answer: text === null ? '' : next }
}

export function listWished(
  { wishes }: MemoryState,
  after: string | undefined,
  limit: number,
): readonly Wished[] {
  const ids = [...new Set(wishes.map(({ id }) => id))].filter((id) => id > (after ?? '')).toSorted()
  return ids.slice(0, limit).map((id) => ({
    id,
    generations: wishes.filter((one) => one.id === id).map(({ generation }) => generation),
  }))
}
