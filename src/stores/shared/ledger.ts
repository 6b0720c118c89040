import { createHmac } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { isReached } from '../../core/limit.ts'
import type { Ledger, TokenCounts } from '../../core/ledger.ts'
import type { Seal } from '../../core/seal.ts'
import type { SharedEngine } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import { deriveKey } from '../derive-key.ts'
import { formerOf } from '../former-keys.ts'
import type { EngineClock } from './engine-clock.ts'

/** Instants that are kept: more than any provider counts. */
const mostKept = 1_000
const mostTries = 50

/** What begins a document whose counts are under a later key: they follow, sealed with that. */
const gone = 'moved '

export interface SharedLedgerOptions {
  readonly engine: Pick<SharedEngine, 'readDocument' | 'writeDocument'>
  readonly clock: Pick<EngineClock, 'ahead'>
  /** The same for all that have the key of the store. */
  readonly sealingKey: () => Promise<Uint8Array>
  /** The keys of the store have changed. */
  readonly forgetKeys: () => void
  readonly seal: Seal
  readonly time: SharedTime
}

interface Found {
  readonly name: string
  /** What it was found with, and its name is of. */
  readonly sealing: Uint8Array
  readonly version: string
  readonly counts: TokenCounts
}

/**
 * Counts that all machines share, by the clock of the engine: one sealed document for a key, compared
 * and set.
 */
export function openSharedLedger(options: SharedLedgerOptions): Ledger {
  const { engine, clock, sealingKey, forgetKeys, seal, time } = options
  return {
    read: async (key) => (await find(key)).counts,
    add: async (key, kind, at, limit) =>
      await change(key, (counts) =>
        limit !== undefined && isReached(counts[kind], limit)
          ? undefined
          : { ...counts, [kind]: [...counts[kind], Math.trunc(at)].slice(-mostKept) },
      ),
    reset: async (key, kind) => {
      await change(key, (counts) =>
        counts[kind].length === 0 ? undefined : { ...counts, [kind]: [] },
      )
    },
    renew: async (key) => {
      const { version, counts } = await find(key)
      const isThere = version !== '' || counts.logins.length + counts.refreshes.length === 0
      if (!isThere) await change(key, (now) => now)
    },
  }

  async function find(key: string): Promise<Found> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const sealing = await sealingKey()
      const name = nameOf(key, sealing)
      const document = await engine.readDocument(name)
      const counts = document
        ? await open(document.text, name, sealing)
        : await takeOver(key, name, sealing)
      if (counts !== undefined) {
        const here = moved(counts, 0 - (await clock.ahead()))
        return { name, sealing, version: document?.version ?? '', counts: here }
      }
      // Another has it under a later key already, or was quicker.
      forgetKeys()
    }
    throw new ToknError('busy', words.fleet.tooManyWriters())
  }

  /** `undefined` where they have gone to a document under a later key. */
  async function open(
    text: string,
    name: string,
    sealing: Uint8Array,
  ): Promise<TokenCounts | undefined> {
    if (text.startsWith(gone)) return undefined
    // Without those that it has replaced: whoever knows one of them could write what counts.
    const value: unknown = JSON.parse(await seal.open(text, new Uint8Array(sealing), name))
    return { logins: instantsIn(value, 'logins'), refreshes: instantsIn(value, 'refreshes') }
  }

  /**
   * What was counted under the keys before this one. It is left there sealed anew, so that nobody counts
   * on under the older key, and nothing is lost where this is cut off. `undefined` where another was quicker.
   */
  async function takeOver(
    key: string,
    name: string,
    sealing: Uint8Array,
  ): Promise<TokenCounts | undefined> {
    for (const former of formerOf(sealing)) {
      const before = nameOf(key, former)
      const document = await engine.readDocument(before)
      if (document === undefined) continue
      const { text, version } = document
      if (text.startsWith(gone)) return await open(text.slice(gone.length), name, sealing)
      const counts = await open(text, before, former)
      const sealed = gone + (await seal.seal(JSON.stringify(counts), sealing, name))
      const written = await engine.writeDocument(before, version, sealed)
      return written === undefined ? undefined : counts
    }
    return { logins: [], refreshes: [] }
  }

  /** Whether `next` gave something to be written. */
  async function change(
    key: string,
    next: (counts: TokenCounts) => TokenCounts | undefined,
  ): Promise<boolean> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const { name, sealing, version, counts } = await find(key)
      const wanted = next(counts)
      if (wanted === undefined) return false
      const counted = JSON.stringify(moved(wanted, await clock.ahead()))
      const text = await seal.seal(counted, sealing, name)
      if ((await engine.writeDocument(name, version, text)) !== undefined) return true
      await time.wait(time.random() * Math.min(200, 10 * tries))
    }
    throw new ToknError('busy', words.fleet.tooManyWriters())
  }
}

/** Who may read the database learns of no account from its name. */
function nameOf(key: string, sealing: Uint8Array): string {
  const secret = deriveKey(sealing, 'ledger')
  return `ledger:${createHmac('sha256', secret).update(key).digest('hex')}`
}

function moved({ logins, refreshes }: TokenCounts, by: number): TokenCounts {
  const later = (instants: readonly number[]) => instants.map((at) => at + by)
  return { logins: later(logins), refreshes: later(refreshes) }
}

function instantsIn(value: unknown, kind: keyof TokenCounts): readonly number[] {
  const found = isObject(value) ? value[kind] : undefined
  return Array.isArray(found) ? found.filter((at): at is number => typeof at === 'number') : []
}
