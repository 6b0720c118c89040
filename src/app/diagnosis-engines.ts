import { isFailure } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'
import type { Finding } from '../core/process.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import type { EngineFinding, SharedEngine } from '../core/shared-engine.ts'
import { words } from '../messages/words.ts'
import { elapsed } from '../io/files/elapsed.ts'
import type { EngineInUse, Ports } from '../session/ports.ts'

interface Looked {
  readonly ports: Ports
  readonly profiles: readonly Profile[]
  /** The store that a first login would use. */
  readonly usualStore: StoreKind
  readonly offline: boolean
}

/** What is measured of every engine, from here; in milliseconds. */
const rounds = 5
const slow = 100
/** Tokens end by the clock of the machine that reads them, whoever has refreshed them. */
const notableSkew = 5_000

/**
 * The engines of stores that many machines share: those that profiles keep sessions in, and the one
 * that a variable names. Each is looked at once, however many sessions are in it. Nothing is written:
 * a reader may look as well.
 */
export async function checkEngines(looked: Looked): Promise<readonly Finding[]> {
  const { ports, profiles, usualStore, offline } = looked
  const isShared = (kind: StoreKind) => ports.stores.traits(kind).shared === true
  const places = [
    ...(isShared(usualStore) ? [{ kind: usualStore, id: undefined }] : []),
    ...profiles
      .filter(({ store }) => isShared(store))
      .map(({ store, id }) => ({ kind: store, id })),
  ]
  const found: Finding[] = []
  const seen = new Set<unknown>()
  for (const { kind, id } of places) {
    const at = `store.${kind}`
    const opened = await open(ports, kind, id)
    const key = 'finding' in opened ? opened.finding.detail : opened.engine
    if (seen.has(key)) continue
    seen.add(key)
    if ('finding' in opened) found.push({ id: at, ...opened.finding })
    else if (offline) found.push({ id: at, status: 'skip', detail: words.doctor.notContacted() })
    else found.push(...(await examine(at, opened.engine, ports.clock, () => lookAtKey(opened))))
  }
  return found
}

type Failed = Omit<Finding, 'id'>

async function open(
  ports: Ports,
  kind: StoreKind,
  id: string | undefined,
): Promise<EngineInUse | { readonly finding: Failed }> {
  try {
    const opened = await ports.engine?.(kind, id)
    if (opened === undefined) throw new Error(`no engine of the store "${kind}"`)
    return opened
  } catch (error) {
    return { finding: failure(error) }
  }
}

async function examine(
  at: string,
  engine: SharedEngine,
  clock: Clock,
  lookAtKey: () => Promise<KeyFinding>,
): Promise<readonly Finding[]> {
  try {
    const { writes, ...key } = await lookAtKey()
    const all = [...(await engine.examine(writes)), ...(await measure(engine, clock)), key]
    return [
      { id: at, status: 'ok', detail: words.doctor.engineAnswers(engine.describe()) },
      ...all.map((finding) => ({ ...finding, id: `${at}.${finding.id}` })),
    ]
  } catch (error) {
    return [{ id: at, ...failure(error) }]
  }
}

interface KeyFinding extends EngineFinding {
  /** Absent: there is none that opens the store. */
  readonly writes?: boolean | undefined
}

/** Whether the key at hand opens the store, and its name, which nothing else tells. */
async function lookAtKey({ ring }: EngineInUse): Promise<KeyFinding> {
  try {
    const key = await ring.look()
    const writes = key.role === 'refresher'
    return { id: 'key', status: 'ok', detail: words.doctor.storeKey(key), writes }
  } catch (error) {
    if (!isFailure(error) || error.code === 'network') throw error
    return { id: 'key', status: 'fail', detail: error.message, fix: error.hint }
  }
}

/** How far away the engine is, and how far its clock is from that of this machine. */
async function measure(engine: SharedEngine, clock: Clock): Promise<readonly EngineFinding[]> {
  const measured: { readonly took: number; readonly ahead: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const [sentAt, startedAt] = [clock.now(), elapsed()]
    const theirs = await engine.now()
    const took = elapsed() - startedAt
    measured.push({ took, ahead: sentAt + took / 2 - theirs })
  }
  const sorted = measured.toSorted((one, other) => one.took - other.took)
  // The quickest answer tells the time best, and the one in the middle how long they take.
  const ahead = sorted[0]?.ahead ?? 0
  return [judgeClock(ahead), judgeLatency(sorted[rounds >> 1]?.took ?? 0)]
}

function judgeClock(ahead: number): EngineFinding {
  const id = 'clock'
  if (Math.abs(ahead) < notableSkew) {
    return { id, status: 'ok', detail: words.doctor.engineClockAgrees() }
  }
  const apart = words.times.duration(Math.round(Math.abs(ahead) / 1_000) * 1_000)
  const { message, hint } = words.doctor.engineClockApart(apart, ahead > 0)
  return { id, status: 'warn', detail: message, fix: hint }
}

function judgeLatency(took: number): EngineFinding {
  const id = 'latency'
  const detail = words.doctor.engineTakes(Math.round(took * 10) / 10)
  if (took < slow) return { id, status: 'ok', detail }
  return { id, status: 'warn', detail, fix: words.doctor.engineNearer() }
}

function failure(error: unknown): Failed {
  if (!isFailure(error)) throw error
  return {
    status: 'fail',
    detail: words.doctor.engineFails(error.message, error.code),
    fix: error.hint,
  }
}
