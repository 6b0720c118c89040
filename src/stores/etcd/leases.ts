import { ToknError } from '../../core/errors.ts'
import type { HeldLease, LeaseTaken } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import type { Gateway } from './gateway.ts'
import { nameIn, type Layout } from './layout.ts'
import * as wire from './wire.ts'

export interface Leases {
  take(name: string, holder: string, ttl: number): Promise<LeaseTaken>
  renew(name: string, fence: number, ttl: number): Promise<boolean>
  left(name: string, fence: number): Promise<number>
  release(name: string, fence: number): Promise<void>
  list(): Promise<readonly HeldLease[]>
}

/** What etcd calls it, and for how many seconds it was asked for; absent where another process took it. */
interface Known {
  readonly id: string
  readonly seconds?: number | undefined
}

/** A lease that is held. */
interface Held {
  readonly holder: string
  readonly fence: number
  /** The id of the lease of etcd. */
  readonly id: string
  /** As it is kept. */
  readonly text: string
}

const atOnce = 8
/** Times that others may have been faster. */
const mostTries = 30

/**
 * Leases of etcd, whose time is that of its leader, in whole seconds. The key `leases/NAME` ends with it. The
 * fencing number is in `fences/NAME` as well, which stays.
 */
export function openLeases(
  { ask, now, time }: Pick<Gateway, 'ask' | 'now' | 'time'>,
  keys: Layout,
): Leases {
  /** What this process has taken, by name and fence. */
  const own = new Map<string, Known>()
  return { take, renew, left, release, list }

  async function take(name: string, holder: string, ttl: number): Promise<LeaseTaken> {
    const both = [keys.lease(name), keys.fence(name)].map((key) => wire.getting(wire.one(key)))
    // Many wait, and few get it: looking costs etcd no write.
    let { answer } = await ask('/v3/kv/txn', { success: both })
    let lease: string | undefined
    const seconds = secondsOf(ttl)
    for (let tries = 1; ; tries++) {
      const [[found] = [], [last] = []] = wire.rangesOf(answer)
      const held = found === undefined ? undefined : readHeld(found)
      if (held !== undefined && (held.id !== lease || lease === undefined)) {
        if (lease !== undefined) await revoke(lease)
        return { heldBy: held.holder, left: await timeLeft(held.id) }
      }
      // Ours after all: an attempt whose answer was lost has taken it.
      if (held !== undefined) return taken(name, held.fence, { id: held.id, seconds })
      lease ??= await grant(seconds)
      // Behind all that came before, also in a store that was set back to an older state.
      const fence = Math.max(Number(last?.value ?? 0) + 1, Math.round(now() * 1_000))
      const value = JSON.stringify({ holder, fence })
      ;({ answer } = await ask('/v3/kv/txn', {
        compare: [
          wire.isValue(keys.lease(name), undefined),
          wire.isValue(keys.fence(name), last?.value),
        ],
        success: [
          wire.putting(keys.lease(name), value, lease),
          wire.putting(keys.fence(name), String(fence)),
        ],
        failure: both,
      }))
      if (wire.hasSucceeded(answer)) return taken(name, fence, { id: lease, seconds })
      if (tries === mostTries) throw new ToknError('network', words.etcd.contended())
    }
  }

  function taken(name: string, fence: number, known: Known): LeaseTaken {
    own.set(`${name} ${fence}`, known)
    return { fence }
  }

  async function renew(name: string, fence: number, ttl: number): Promise<boolean> {
    const known = own.get(`${name} ${fence}`) ?? (await find(name, fence))
    if (known === undefined) return false
    const seconds = 'seconds' in known ? known.seconds : undefined
    // etcd prolongs a lease by the time that it was granted for, and by no other.
    if (seconds !== undefined && seconds !== secondsOf(ttl))
      return await replace(name, fence, secondsOf(ttl))
    const { answer } = await ask('/v3/lease/keepalive', { ID: known.id })
    return wire.numberIn(answer, 'TTL') > 0
  }

  async function replace(name: string, fence: number, seconds: number): Promise<boolean> {
    const held = await find(name, fence)
    if (held === undefined) return false
    const id = await grant(seconds)
    const { answer } = await ask('/v3/kv/txn', {
      compare: [wire.isValue(keys.lease(name), held.text)],
      success: [wire.putting(keys.lease(name), held.text, id)],
    })
    const isDone = wire.hasSucceeded(answer)
    if (isDone) own.set(`${name} ${fence}`, { id, seconds })
    await revoke(isDone ? held.id : id)
    return isDone
  }

  /**
   * What etcd says of its lease counts from before it was asked. That no other has been taken, the key says,
   * which most of the members agree on: a leader that they have left would go on counting.
   */
  async function left(name: string, fence: number): Promise<number> {
    const startedAt = time.monotonic()
    const known = own.get(`${name} ${fence}`)
    const [held, counted] = await Promise.all([find(name, fence), known && timeLeft(known.id)])
    if (held === undefined) return 0
    // Not that of a lease that another process has put in its place.
    const current = held.id === known?.id ? counted : undefined
    const whole = current ?? (await timeLeft(held.id))
    return Math.max(0, Math.floor(whole - (time.monotonic() - startedAt)))
  }

  async function release(name: string, fence: number): Promise<void> {
    const known = own.get(`${name} ${fence}`) ?? (await find(name, fence))
    own.delete(`${name} ${fence}`)
    // Its key ends with it.
    if (known !== undefined) await revoke(known.id)
  }

  async function list(): Promise<readonly HeldLease[]> {
    const { answer } = await ask('/v3/kv/range', wire.allBelow(keys.leases))
    const found = wire.valuesOf(answer)
    const all: HeldLease[] = []
    for (let start = 0; start < found.length; start += atOnce) {
      const some = found.slice(start, start + atOnce).map(async (key) => {
        const { holder, id } = readHeld(key)
        return { name: nameIn(key.key, keys.leases), holder, left: await timeLeft(id) }
      })
      all.push(...(await Promise.all(some)))
    }
    return all
  }

  async function find(name: string, fence: number): Promise<Held | undefined> {
    const { answer } = await ask('/v3/kv/range', wire.one(keys.lease(name)))
    const held = wire.valuesOf(answer).map(readHeld)[0]
    return held?.fence === fence ? held : undefined
  }

  /** In milliseconds; 0 where it is over. Of what is less than a second, etcd says nothing. */
  async function timeLeft(id: string): Promise<number> {
    const { answer } = await ask('/v3/lease/timetolive', { ID: id })
    return Math.max(0, wire.numberIn(answer, 'TTL')) * 1_000
  }

  async function grant(seconds: number): Promise<string> {
    const { answer } = await ask('/v3/lease/grant', { TTL: String(seconds) })
    return wire.textIn(answer, 'ID')
  }

  async function revoke(id: string): Promise<void> {
    await ask('/v3/lease/revoke', { ID: id }, { expected: ['noLease'] })
  }
}

function readHeld({ value, lease }: wire.KeyValue): Held {
  const { holder } = wire.objectOf(value)
  return {
    holder: typeof holder === 'string' ? holder : '',
    fence: wire.numberIn(wire.objectOf(value), 'fence'),
    id: lease ?? '0',
    text: value,
  }
}

function secondsOf(ttl: number): number {
  return Math.max(1, Math.ceil(ttl / 1_000))
}
