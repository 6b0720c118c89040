import { createHmac } from 'node:crypto'
import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { isReached } from '../../core/limit.ts'
import type { Ledger, TokenCounts } from '../../core/ledger.ts'
import type { Seal } from '../../core/seal.ts'
import type { SharedDocument, SharedEngine } from '../../core/shared-engine.ts'
import type { SharedTime } from '../../core/shared-time.ts'
import { words } from '../../messages/words.ts'
import { deriveKey } from '../derive-key.ts'
import type { EngineClock } from './engine-clock.ts'

/** Instants that are kept: more than any provider counts. */
const mostKept = 1_000
const mostTries = 50

export interface SharedLedgerOptions {
  readonly engine: Pick<SharedEngine, 'readDocument' | 'writeDocument'>
  readonly clock: Pick<EngineClock, 'ahead'>
  /** The same for all that have the key of the store. */
  readonly sealingKey: () => Promise<Uint8Array>
  readonly seal: Seal
  readonly time: SharedTime
}

interface Found {
  readonly name: string
  readonly version: string
  readonly counts: TokenCounts
}

/**
 * Counts that all machines share, by the clock of the engine: one sealed document for a key, compared
 * and set.
 */
export function openSharedLedger(options: SharedLedgerOptions): Ledger {
  const { engine, clock, sealingKey, seal, time } = options
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
  }

  async function find(key: string): Promise<Found> {
    const secret = deriveKey(await sealingKey(), 'ledger')
    // Who may read the database learns of no account from its name.
    const name = `ledger:${createHmac('sha256', secret).update(key).digest('hex')}`
    const document = await engine.readDocument(name)
    const counts = moved(await open(name, document), 0 - (await clock.ahead()))
    return { name, version: document?.version ?? '', counts }
  }

  async function open(name: string, document: SharedDocument | undefined): Promise<TokenCounts> {
    if (document === undefined) return { logins: [], refreshes: [] }
    const value: unknown = JSON.parse(await seal.open(document.text, await sealingKey(), name))
    return { logins: instantsIn(value, 'logins'), refreshes: instantsIn(value, 'refreshes') }
  }

  /** Whether `next` gave something to be written. */
  async function change(
    key: string,
    next: (counts: TokenCounts) => TokenCounts | undefined,
  ): Promise<boolean> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const { name, version, counts } = await find(key)
      const wanted = next(counts)
      if (wanted === undefined) return false
      const text = await seal.seal(
        JSON.stringify(moved(wanted, await clock.ahead())),
        await sealingKey(),
        name,
      )
      if ((await engine.writeDocument(name, version, text)) !== undefined) return true
      await time.wait(time.random() * Math.min(200, 10 * tries))
    }
    throw new ToknError('busy', words.fleet.tooManyWriters())
  }
}

function moved({ logins, refreshes }: TokenCounts, by: number): TokenCounts {
  const later = (instants: readonly number[]) => instants.map((at) => at + by)
  return { logins: later(logins), refreshes: later(refreshes) }
}

function instantsIn(value: unknown, kind: keyof TokenCounts): readonly number[] {
  const found = isObject(value) ? value[kind] : undefined
  return Array.isArray(found) ? found.filter((at): at is number => typeof at === 'number') : []
}
