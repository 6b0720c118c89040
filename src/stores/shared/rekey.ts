import { randomBytes } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { refusedToReader } from '../../core/reader-refusal.ts'
import type { Secret } from '../../core/secret.ts'
import type { SharedEngine, SharedRow } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import type { KeysSeen, Rekeyed } from '../../core/store-keys.ts'
import { words } from '../../messages/words.ts'
import { encryptFor } from './jwe-sealing.ts'
import { signKeys, type KeysInUse } from './keys-document.ts'
import type { RefresherKeys } from './keys.ts'
import { allRows } from './pages.ts'
import { resealAll } from './reseal-all.ts'
import { isOnlyOf, isSealedFor } from './reseal.ts'
import {
  openKeys,
  openSealings,
  recipientsFor,
  sealingHeader,
  type StoreKeys,
} from './store-keys.ts'

// A change of keys has three states, which the document `keys` says: one set in use; two, each of
// which is trusted, and all is sealed for both; two of which one is leaving, for which nothing is
// sealed any more. Each step may be cut off, and is done again by whoever runs the command again.

export interface KeyChange {
  readonly engine: SharedEngine
  /** The refresher's key at hand: for a start any that is in use, for an end the one that stays. */
  readonly key: Secret
  readonly time: SharedTime
  /** How long a refresh under way is waited for, in milliseconds. */
  readonly patience: number
}

/** Formers that are told of by name. */
const mostFormer = 8
/** Sealing keys that are kept: what was under way with an older one has long ended. */
const mostSealing = 8
/** How often the document may be changed by others meanwhile. */
const mostTries = 10

/**
 * Takes `next` into use beside the key at hand, and seals every row for both. Absent: goes on with a
 * change that was begun. Throws `forbidden` for a reader's key, `store` where another change is under way.
 */
export async function beginRekey(change: KeyChange, next: Secret | undefined): Promise<Rekeyed> {
  return await retried(async () => {
    const found = await readKeys(change)
    const { keys, sets } = found
    if (keys.inUse?.leaving !== undefined) {
      throw new ToknError('store', words.storeKeys.endingAlready(keys.inUse.leaving))
    }
    const version = sets.length === 2 ? goOn(found, next) : await takeIn(change, found, next)
    if (version === undefined) return undefined
    const { keys: both, sets: pair } = await readKeys(change)
    const kids = pair.map(({ kid }) => kid)
    const passed = await resealAll(change, {
      ...{ keys: both, version },
      isDone: (row) => isSealedFor(row, kids),
      whole: false,
    })
    return passed && { ...passed, from: kids[0] ?? '', to: kids[1] ?? '' }
  })
}

/**
 * Ends a change: the key at hand stays (the new one, or with `cancel` the old one), all is sealed and
 * signed with it alone, and the other is refused. Throws `store` where the key at hand is the one that
 * goes, or a session is sealed for that alone; `busy` where a refresh does not end in time.
 */
export async function endRekey(change: KeyChange, cancel: boolean): Promise<Rekeyed> {
  return await retried(async () => {
    const found = await readKeys(change)
    const { keys, sets } = found
    const gone = sets.find(({ kid }) => kid !== keys.kid)
    if (gone === undefined) return { from: '', to: keys.kid, resealed: 0, rows: 0, unreadable: [] }
    if (sets[cancel ? 0 : 1]?.kid !== keys.kid) {
      const { endsWithOther } = words.storeKeys
      throw new ToknError('store', endsWithOther(keys.kid, gone.kid, cancel))
    }
    const leaving = await letGo(change, found, gone.kid)
    if (leaving === undefined) return undefined
    const now = await readKeys(change)
    const passed = await resealAll(change, {
      ...{ keys: now.keys, version: leaving },
      isDone: (row) => isOnlyOf(row, keys.kid),
      whole: true,
    })
    if (passed === undefined) return undefined
    // Who has the key that goes knows what has sealed so far.
    const sealings = [new Uint8Array(randomBytes(32)), ...openSealings(now.keys)]
    const ended = await writeKeys(change, now, {
      sets: sets.filter(({ kid }) => kid === keys.kid),
      former: [...now.former.filter((kid) => kid !== keys.kid), gone.kid].slice(-mostFormer),
      sealings,
    })
    return ended === undefined ? undefined : { ...passed, from: gone.kid, to: keys.kid }
  })
}

/** How the keys stand, by the key at hand. Throws `store`. */
export async function lookAtKeys(change: Pick<KeyChange, 'engine' | 'key'>): Promise<KeysSeen> {
  const { keys, sets } = await readKeys(change)
  const inUse = sets.map(({ kid }) => kid)
  const own = keys.kid
  const rows = await countRows(change.engine, {
    toShare: (row) => !isSealedFor(row, inUse),
    toKeep: (row) => !isOnlyOf(row, own),
  })
  return { own, inUse, leaving: keys.inUse?.leaving, ...rows }
}

/** The rows, and those of which each of `which` is so. */
async function countRows<Name extends string>(
  engine: SharedEngine,
  which: Readonly<Record<Name, (row: SharedRow) => boolean>>,
): Promise<Readonly<Record<Name | 'rows', number>>> {
  const names = Object.keys(which) as Name[]
  const counts = Object.fromEntries([...names, 'rows'].map((name) => [name, 0])) as Record<
    Name | 'rows',
    number
  >
  for await (const row of allRows(engine)) {
    counts.rows++
    for (const name of names) if (which[name](row)) counts[name]++
  }
  return counts
}

interface FoundKeys {
  readonly keys: StoreKeys
  readonly refresher: RefresherKeys
  /** '' where there is no document yet. */
  readonly version: string
  readonly serial: number
  readonly sets: KeysInUse['sets']
  readonly former: readonly string[]
}

async function readKeys({ engine, key }: Pick<KeyChange, 'engine' | 'key'>): Promise<FoundKeys> {
  const document = await engine.readDocument('keys')
  const keys = openKeys(key, document?.text)
  const { refresher, inUse } = keys
  if (refresher === undefined) throw refusedToReader('rekey', engine.describe())
  return {
    ...{ keys, refresher, version: document?.version ?? '' },
    ...{ serial: inUse?.serial ?? 0, sets: inUse?.sets ?? [refresher.set()] },
    former: inUse?.former ?? [],
  }
}

/** Of a change that was begun. */
function goOn({ sets, version }: FoundKeys, next: Secret | undefined): string {
  const given = next && openKeys(next, undefined).kid
  if (given === undefined || sets.some(({ kid }) => kid === given)) return version
  throw new ToknError('store', words.storeKeys.anotherChange(sets[1]?.kid ?? '', given))
}

async function takeIn(
  change: KeyChange,
  found: FoundKeys,
  next: Secret | undefined,
): Promise<string | undefined> {
  if (next === undefined) throw new ToknError('store', words.storeKeys.noChange())
  const { kid, refresher } = openKeys(next, undefined)
  if (refresher === undefined) throw new ToknError('store', words.storeKeys.newKeyIsReaders())
  if (kid === found.keys.kid) throw new ToknError('store', words.storeKeys.sameKey(kid))
  const sets = [...found.sets, refresher.set()]
  const former = found.former.filter((one) => one !== kid)
  return await writeKeys(change, found, { sets, former }, { kid, signing: refresher.signing })
}

/** Nothing is sealed any more for the set that goes, once all is sealed for the one that stays. */
async function letGo(
  change: KeyChange,
  found: FoundKeys,
  gone: string,
): Promise<string | undefined> {
  const { keys, sets, version, former } = found
  if (keys.inUse?.leaving === gone) return version
  const left = (row: SharedRow) => !isSealedFor(row, [keys.kid])
  const counted = await countRows(change.engine, { left })
  if (counted.left > 0) {
    throw new ToknError('store', words.storeKeys.notSealedYet(counted.left, counted.rows, gone))
  }
  return await writeKeys(change, found, { sets, former, leaving: gone })
}

async function writeKeys(
  { engine }: KeyChange,
  { keys, refresher, version, serial }: FoundKeys,
  {
    sealings = openSealings(keys),
    ...next
  }: Omit<KeysInUse, 'serial' | 'sealing'> & { readonly sealings?: readonly Uint8Array[] },
  also?: { readonly kid: string; readonly signing: RefresherKeys['signing'] },
): Promise<string | undefined> {
  const inUse = { ...next, serial: serial + 1 }
  const recipients = recipientsFor({ ...keys, inUse }, 'refreshers')
  const text = Buffer.concat(sealings.slice(0, mostSealing)).toString('base64url')
  const sealing = encryptFor(text, recipients, sealingHeader)
  const own = { kid: keys.kid, signing: refresher.signing }
  const signed = signKeys({ ...inUse, sealing }, also === undefined ? [own] : [own, also])
  return await engine.writeDocument('keys', version, signed)
}

/** Does it again where somebody else has changed the keys meanwhile. */
async function retried<Value>(attempt: () => Promise<Value | undefined>): Promise<Value> {
  for (let tries = 1; tries <= mostTries; tries++) {
    const value = await attempt()
    if (value !== undefined) return value
  }
  throw new ToknError('busy', words.storeKeys.changedByOthers())
}
