import { setTimeout as delay } from 'node:timers/promises'
import type { RowWritten, SharedEngine } from '../../src/core/shared-engine.ts'
import { until } from '../support/until.ts'
import type { EngineCase } from './engine-cases.ts'

/** Two clients of one engine, once it has begun. */
export type Engines = () => readonly [SharedEngine, SharedEngine]

let count = 0
/** One that no other test has. */
export const newId = (): string => `id_${process.pid}-${++count}`

export function versionOf(written: RowWritten): string {
  if ('failed' in written) throw new Error(`not written: ${written.failed}`)
  return written.written
}

export function fenceOf(taken: Awaited<ReturnType<SharedEngine['takeLease']>>): number {
  if ('heldBy' in taken) throw new Error(`held by ${taken.heldBy}`)
  return taken.fence
}

/** A row of generation 1, with all its parts. */
export async function makeRow(
  engine: SharedEngine,
  id = newId(),
): Promise<{ readonly id: string; readonly version: string }> {
  const parts = { profile: 'p', record: 'r', journal: 'j', index: 'i' }
  const change = { name: `name of ${id}`, generation: 1, parts, when: { version: undefined } }
  return { id, version: versionOf(await engine.write(id, change)) }
}

/** Runs `work` in as many clients, at once. */
export async function together<Answer>(
  { open }: EngineCase,
  clients: number,
  work: (client: SharedEngine, at: number) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const all = Array.from({ length: clients }, open)
  try {
    return await Promise.all(all.map(work))
  } finally {
    await Promise.all(all.map((client) => client.close()))
  }
}

/** Waits until the time of a lease is over, by the engine's clock, which may say so `grain` too early. */
export async function over(
  engine: SharedEngine,
  lease: string,
  fence: number,
  grain: number,
): Promise<void> {
  await until(async () => (await engine.leaseLeft(lease, fence)) === 0)
  await delay(grain)
}
