import { Secret } from '../../../../src/core/secret.ts'
import type { SharedTime } from '../../../../src/core/shared-time.ts'
import { openFiles } from '../../../../src/io/files/files.ts'
import { openJournal } from '../../../../src/io/files/journal.ts'
import { seal } from '../../../../src/stores/seal.ts'
import { openShared, type SharedKind } from '../../../../src/stores/shared/open.ts'
import { startMemoryServer, type MemoryServer } from '../../../support/memory-engine.ts'

export const storeKey = Buffer.alloc(32, 7).toString('base64url')

/** One engine in memory, and machines that share it; time stands still but for who waits. */
export interface Machines {
  readonly server: MemoryServer
  /** Opens the store on a machine: a new process each time. */
  open(name: string, more?: MachineOptions): SharedKind
  /** Lets time pass, by the clocks of all: work that repeats is done as often as it is due. */
  pass(duration: number): Promise<void>
  /** Milliseconds so far. */
  now(): number
  /** As a machine has it. */
  time(name: string): SharedTime
}

export interface MachineOptions {
  readonly key?: string
  /** Where it remembers what it has seen. */
  readonly memory?: string
  readonly aside?: string
}

interface Repeated {
  readonly machine: string
  readonly interval: number
  readonly work: () => Promise<void>
  due: number
}

export function startMachines(
  place = 'an engine in memory',
): Machines & { readonly stopped: Set<string> } {
  let now = 1_800_000_000_000
  const repeated = new Set<Repeated>()
  // Machines on which nothing happens, while time goes on.
  const stopped = new Set<string>()
  const server = startMemoryServer({ place, now: () => now })
  const pass = async (duration: number) => {
    const end = now + duration
    for (;;) {
      const due = [...repeated].filter((one) => !stopped.has(one.machine) && one.due <= end)
      const [next] = due.toSorted((a, b) => a.due - b.due)
      if (next === undefined) break
      now = Math.max(now, next.due)
      next.due = now + next.interval
      await next.work()
    }
    now = end
  }
  const timeOf = (machine: string): SharedTime => ({
    now: () => now,
    monotonic: () => now,
    wait: pass,
    random: () => 0.5,
    repeat: (interval, work) => {
      const one = { machine, interval, work, due: now + interval }
      repeated.add(one)
      return () => void repeated.delete(one)
    },
  })
  return {
    server,
    stopped,
    pass,
    now: () => now,
    time: timeOf,
    open: (name, { key = storeKey, memory, aside } = {}) => {
      const files = openFiles()
      return openShared({
        openEngine: () => server.connect(name),
        key: () => new Secret(key),
        seal,
        time: timeOf(name),
        holder: JSON.stringify({ command: 'tokn token', pid: 7, host: name }),
        memory: memory === undefined ? undefined : { files, directory: memory },
        aside:
          aside === undefined ? undefined : async () => openJournal({ files, directory: aside }),
        nameOf: (id) => `name-${id}`,
      })
    },
  }
}

export function recordText(generation: number, tokens = String(generation)): string {
  return JSON.stringify({
    v: 1,
    profileId: 'one',
    generation,
    access: `access-${tokens}`,
    refresh: `refresh-${tokens}`,
    context: {},
  })
}

export const intent = (generation: number, more: object = {}) =>
  JSON.stringify({ generation, ...more })
