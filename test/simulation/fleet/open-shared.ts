import type { Files } from '../../../src/core/ports.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { SharedEngine } from '../../../src/core/shared-engine.ts'
import type { SharedTime } from '../../../src/core/shared-time.ts'
import { openShared } from '../../../src/stores/shared/open.ts'
import { profileId } from '../world/facts.ts'
import type { Opened } from '../world/place.ts'
import type { SimulatedProcess } from '../world/process.ts'
import { openSeal } from '../world/seal.ts'

/** The store for many machines, as one process has it: the program's own, over a simulated engine. */
export function openSharedPlace(process: SimulatedProcess, engine: SharedEngine): Opened {
  const { machine } = process
  const shared = openShared({
    openEngine: (extra) => {
      process.extraTime = extra
      return engine
    },
    key: () => new Secret('the key of the store'),
    seal: openSeal(process),
    time: openTime(process),
    holder: JSON.stringify({ command: process.name, pid: 1, host: machine.name }),
    memory: machine.forgetful ? undefined : { files: openFiles(process), directory: 'seen' },
    aside: machine.forgetful ? undefined : async () => machine.aside.open(process, 'aside'),
    nameOf: () => 'web',
  })
  return {
    store: shared.store,
    lock: (entry, timeout, look) => shared.lock(entry.slice(entry.indexOf(':') + 1), timeout, look),
    journal: shared.journal,
    refreshPending: () => shared.isPending(profileId),
  }
}

function openTime(process: SimulatedProcess): SharedTime {
  const { world } = process
  return {
    now: () => process.now(),
    monotonic: () => world.now,
    wait: (duration) => {
      const end = world.now + duration
      return process.call('wait', () => undefined, { ready: () => world.now >= end })
    },
    repeat: (interval, work) => process.repeat(interval, work),
    random: () => world.random.fraction(),
  }
}

/** The disk of a machine, as far as this needs one: what is written is there. */
function openFiles(process: SimulatedProcess): Files {
  const { files } = process.machine
  return {
    read: (path) => files.get(path),
    write: (path, bytes) => process.point('seen', () => void files.set(path, bytes)),
    remove: (path) => files.delete(path),
    list: () => [...files.keys()],
    ensureDirectory: () => undefined,
  }
}
