import { ToknError } from '../../src/core/errors.ts'
import type { SharedEngine, SharedPart, SharedRow, Wish } from '../../src/core/shared-engine.ts'
import {
  addWish,
  dropWishes,
  emptyState,
  leftOf,
  listLeases,
  listWished,
  moveLease,
  removeRow,
  takeLease,
  writeDocument,
  writeRow,
  type Changed,
  type MemoryState,
} from './memory-state.ts'

/** What a machine asks of the engine. */
export interface EngineCall {
  readonly machine: string
  readonly operation: keyof SharedEngine
}

/**
 * Carries a call out, or does with it what a network may do: throws before or after `run` (a request
 * or an answer that was lost: `unreachable()`), waits before or after it, runs it twice.
 */
export type Carry = <Answer>(call: EngineCall, run: () => Answer) => Answer | Promise<Answer>

export interface MemoryServerOptions {
  /** Its clock, epoch milliseconds; a test moves it. Real time unless given. */
  readonly now?: () => number
  readonly carry?: Carry
  /** How it is described. */
  readonly place?: string
}

/** An engine in this process, that many machines may use. It has no timers and no chance of its own. */
export interface MemoryServer {
  /** As a machine of this name sees it. */
  connect(machine?: string): SharedEngine
  /** How calls are carried from now on. */
  carry(carry: Carry): void
  /** Nothing reaches it from these machines (all, where none is named), until `heal`. */
  partition(...machines: readonly string[]): void
  heal(): void
  /** The next call of this kind by this machine is carried out, and its answer is lost. */
  loseAnswer(machine: string, operation: keyof SharedEngine): void
  /** What it has now, for `restore`. */
  snapshot(): MemoryState
  /** How many changes it has made, those that were lost again too. */
  writes(): number
  /** It comes up again without its last `lost` writes; `shows`: with another incarnation (if any are lost). */
  restart(restart?: { readonly lost?: number; readonly shows?: boolean }): void
  /** It comes up with what it had once; `shows` as above. */
  restore(state: MemoryState, shows?: boolean): void
  /** The calls so far, by operation. */
  readonly calls: ReadonlyMap<string, number>
}

export function unreachable(): ToknError {
  return new ToknError('network', 'the engine is not reached')
}

interface Watcher {
  readonly machine: string
  readonly what: 'rows' | 'wishes'
  readonly heard: (id: string | undefined) => void
  /** It was cut off, and has not been told so. */
  missed: boolean
}

const allParts: readonly SharedPart[] = ['profile', 'record', 'journal', 'index']

function partsTold(all: SharedRow['parts'], read: readonly SharedPart[]): SharedRow['parts'] {
  const told = Object.entries(all).map(([part, text]) => [
    part,
    read.includes(part as SharedPart) ? text : '',
  ])
  return Object.fromEntries(told) as SharedRow['parts']
}

/** How far back a restart may go. */
const longestHistory = 256

export function startMemoryServer(options: MemoryServerOptions = {}): MemoryServer {
  const now = options.now ?? Date.now
  let carry: Carry = options.carry ?? ((_, run) => run())
  let state = emptyState
  let history: MemoryState[] = []
  let [versions, writes, life] = [0, 0, 1]
  const cut = new Set<string>()
  let all = false
  const lost: EngineCall[] = []
  const watchers = new Set<Watcher>()
  const calls = new Map<string, number>()

  const isCut = (machine: string) => all || cut.has(machine)
  const become = (next: MemoryState) => {
    if (next === state) return
    history = [...history.slice(1 - longestHistory), state]
    state = next
    writes++
  }
  const settle = <Answer>({ state, answer }: Changed<Answer>) => {
    become(state)
    return answer
  }
  const tell = (what: Watcher['what'], id: string | undefined) => {
    for (const watcher of watchers) {
      if (watcher.what !== what) continue
      if (isCut(watcher.machine)) watcher.missed = true
      // Not within the call of whoever writes.
      else void Promise.resolve().then(() => watchers.has(watcher) && watcher.heard(id))
    }
  }
  const tellMissed = () => {
    for (const watcher of watchers) {
      if (!watcher.missed || isCut(watcher.machine)) continue
      watcher.missed = false
      void Promise.resolve().then(() => watchers.has(watcher) && watcher.heard(undefined))
    }
  }
  const comeUp = (next: MemoryState, shows: boolean) => {
    state = next
    if (shows) life++
    for (const watcher of watchers) watcher.missed = true
    tellMissed()
  }

  async function call<Answer>(call: EngineCall, run: () => Answer): Promise<Answer> {
    calls.set(call.operation, (calls.get(call.operation) ?? 0) + 1)
    const answer = await carry(call, () => {
      if (isCut(call.machine)) throw unreachable()
      return run()
    })
    const at = lost.findIndex(
      ({ machine, operation }) => machine === call.machine && operation === call.operation,
    )
    if (at < 0) return answer
    lost.splice(at, 1)
    throw unreachable()
  }

  const tellWished = (row: SharedRow | undefined) => {
    const isFor = ({ id, generation }: Wish) => id === row?.id && generation >= row.generation
    return row && { ...row, wished: state.wishes.some(isFor), now: now() }
  }

  function connect(machine = 'machine'): SharedEngine {
    const ask = <Answer>(operation: keyof SharedEngine, run: () => Answer) =>
      call({ machine, operation }, run)
    const own = new Set<Watcher>()
    return {
      kind: 'memory',
      describe: () => options.place ?? 'an engine in memory',
      prepare: () => ask('prepare', () => undefined),
      read: (id) => ask('read', () => tellWished(state.rows.get(id))),
      find: (name) =>
        ask('find', () => tellWished([...state.rows.values()].find((row) => row.name === name))),
      list: (after, limit, parts = allParts) =>
        ask('list', () =>
          [...state.rows.values()]
            .filter(({ id }) => after === undefined || id > after)
            .sort((one, other) => (one.id < other.id ? -1 : 1))
            .slice(0, limit)
            .map((row) => tellWished({ ...row, parts: partsTold(row.parts, parts) })!),
        ),
      write: (id, change) =>
        ask('write', () => {
          const answer = settle(writeRow(state, id, change, `v${++versions}`))
          if ('written' in answer) tell('rows', id)
          return answer
        }),
      remove: (id, when) =>
        ask('remove', () => {
          const answer = settle(removeRow(state, id, when))
          if (answer) tell('rows', id)
          return answer
        }),
      // Nothing to let go of: it is counted.
      rest: async () => void calls.set('rest', (calls.get('rest') ?? 0) + 1),
      takeLease: (name, holder, ttl) =>
        ask('takeLease', () => settle(takeLease(state, name, { holder, ttl, now: now() }))),
      renewLease: (name, fence, ttl) =>
        ask('renewLease', () => {
          if (leftOf(state, name, fence, now()) <= 0) return false
          become(moveLease(state, name, fence, now() + ttl))
          return true
        }),
      leaseLeft: (name, fence) => ask('leaseLeft', () => leftOf(state, name, fence, now())),
      releaseLease: (name, fence) =>
        ask('releaseLease', () => become(moveLease(state, name, fence, 0))),
      leases: () => ask('leases', () => listLeases(state, now())),
      addWish: (id, generation, text) =>
        ask('addWish', () => {
          become(addWish(state, { id, generation, text, at: now() }))
          tell('wishes', id)
        }),
      wishes: (id) => ask('wishes', () => state.wishes.filter((wish) => wish.id === id)),
      wished: (after, limit) => ask('wished', () => listWished(state, after, limit)),
      dropWishes: (id, generation) =>
        ask('dropWishes', () => become(dropWishes(state, id, generation))),
      readDocument: (name) => ask('readDocument', () => state.documents.get(name)),
      writeDocument: (name, version, text) =>
        ask('writeDocument', () =>
          settle(writeDocument(state, name, { version, text, next: `v${++versions}` })),
        ),
      watch: (what, heard) =>
        ask('watch', () => {
          const watcher: Watcher = { machine, what, heard, missed: false }
          watchers.add(watcher)
          own.add(watcher)
          return async () => void watchers.delete(watcher)
        }),
      now: () => ask('now', now),
      incarnation: () => ask('incarnation', () => `life ${life}`),
      lifeSeen: () => ask('lifeSeen', () => `life ${life}`),
      examine: () => ask('examine', () => []),
      close: async () => {
        for (const watcher of own) watchers.delete(watcher)
      },
    }
  }

  return {
    connect,
    carry: (next) => void (carry = next),
    partition: (...machines) => {
      all = machines.length === 0
      for (const machine of machines) cut.add(machine)
      // Its connection is gone, whether anything happens meanwhile or not.
      for (const watcher of watchers) if (isCut(watcher.machine)) watcher.missed = true
    },
    heal: () => {
      all = false
      cut.clear()
      tellMissed()
    },
    loseAnswer: (machine, operation) => void lost.push({ machine, operation }),
    snapshot: () => state,
    writes: () => writes,
    restart: ({ lost = 0, shows = lost > 0 } = {}) => {
      const back = lost > 0 ? history.at(-lost) : state
      if (back === undefined) throw new Error(`it has not made ${lost} writes that it remembers`)
      if (lost > 0) history = history.slice(0, -lost)
      comeUp(back, shows)
    },
    restore: (earlier, shows = true) => comeUp(earlier, shows),
    calls,
  }
}
