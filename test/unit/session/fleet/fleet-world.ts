import { randomBytes } from 'node:crypto'
import { ToknError } from '../../../../src/core/errors.ts'
import type { Fleet } from '../../../../src/core/fleet.ts'
import type { IndexEntry, Lock, Store } from '../../../../src/core/ports.ts'
import { bindingOf, type Profile } from '../../../../src/core/profile.ts'
import { serializeRecord, type SessionRecord } from '../../../../src/core/record.ts'
import type { SharedParts } from '../../../../src/core/shared-engine.ts'
import { Secret } from '../../../../src/core/secret.ts'
import { createHttp } from '../../../../src/io/http/http.ts'
import { readIndexEntry } from '../../../../src/io/files/index-file.ts'
import { systemClock } from '../../../../src/io/process/clock.ts'
import { openProvider } from '../../../../src/providers/catalog.ts'
import type { Ports } from '../../../../src/session/ports.ts'
import { refreshNow } from '../../../../src/session/refresh/protocol.ts'
import { openSession, type Session } from '../../../../src/session/session.ts'
import { storeCatalog } from '../../../../src/stores/catalog.ts'
import { openRecord, sealRow } from '../../../../src/stores/shared/codec.ts'
import { sharedTime } from '../../../../src/app/shared-kinds.ts'
import { openFleet } from '../../../../src/stores/shared/fleet.ts'
import { openKeys, type StoreKeys } from '../../../../src/stores/shared/store-keys.ts'
import { startMemoryServer, type MemoryServer } from '../../../support/memory-engine.ts'
import { openMemoryPorts } from '../memory-ports.ts'
import { dialect, startStrictServer, type StrictServer } from '../strict-server.ts'

const kind = 'file'
const life = 3_600_000

/** Processes on several machines that share an engine, at a strict server. */
export interface FleetTestWorld {
  readonly strict: StrictServer
  readonly engine: MemoryServer
  readonly profile: Profile
  /** Another process; it may use the engine under the name of a machine. */
  open(role: 'refresher' | 'reader', options?: OpenOptions): Promise<FleetProcess>
  /** Stores a session of the server with so many milliseconds left, as another generation. */
  put(name: string, left: number, about?: Partial<IndexEntry>): Promise<Profile>
  generationOf(profile: Profile): Promise<number>
  close(): Promise<void>
}

interface OpenOptions {
  readonly machine?: string
  readonly timeout?: number
}

export interface FleetProcess {
  readonly ports: Ports
  readonly fleet: Fleet
  readonly warnings: readonly string[]
  session(profile?: Profile): Session
}

export async function openFleetWorld(
  changes: Readonly<Record<string, unknown>> = {},
): Promise<FleetTestWorld> {
  const strict = await startStrictServer()
  const engine = startMemoryServer()
  const definition = JSON.stringify(dialect(strict.origin, changes))
  const key = new Secret(randomBytes(32).toString('base64url'))
  const own = openKeys(key, undefined)
  const readerKey = own.refresher?.readerKey() ?? new Secret('')
  const profiles = new Map<string, Profile>()
  const provider = await openProvider({ provider: 'strict', settings: {} }, definition)

  const world: FleetTestWorld = {
    strict,
    engine,
    get profile() {
      const [first] = profiles.values()
      if (first === undefined) throw new Error('no session was put')
      return first
    },
    open: async (role, { machine = role, timeout = 5_000 } = {}) => {
      const shared = engine.connect(machine)
      const keys = openKeys(role === 'reader' ? readerKey : key, undefined)
      const base = openMemoryPorts({
        provider: async () => provider,
        http: createHttp({ environment: {}, timeout: 5_000 }),
        clock: systemClock,
        timeout,
      })
      const fleet = await openFleet({
        engine: shared,
        time: sharedTime,
        clock: { toLocal: async (text) => text },
        ring: {
          opening: async (work) => work(keys),
          look: async () => {
            const { kid, from, role } = keys
            return { kid, from, role, inUse: [kid] }
          },
        },
        holder: JSON.stringify({ command: 'tokn test', pid: process.pid, host: machine }),
        readProfile: (_, { id }) => profiles.get(id),
        readIndex: readIndexEntry,
      })
      const portsNow = (): Ports => {
        const began = performance.now()
        return {
          ...base,
          requester: { command: 'tokn test', pid: 7, parent: 'sh', host: machine, job: 'job 1' },
          stores: {
            ...storeCatalog,
            traits: () => ({ ...storeCatalog.traits(kind), shared: true }),
          },
          timeLeft: () => Math.max(0, timeout - (performance.now() - began)),
          store: async () => openStore(shared, keys, () => role === 'reader'),
          lock: async () => openLock(shared),
          fleet: async () => fleet,
          refresher: async (of, wanted) =>
            serializeRecord(await refreshNow(openSession(portsNow(), of), wanted)),
        }
      }
      return {
        fleet,
        warnings: base.warnings,
        get ports() {
          return portsNow()
        },
        session: (profile = world.profile) => openSession(portsNow(), profile),
      }
    },
    put: async (name, left, about) => {
      const profile: Profile = {
        name,
        id: randomBytes(16).toString('hex'),
        provider: 'strict',
        settings: {},
        store: kind,
      }
      profiles.set(profile.id, profile)
      const reach = {
        http: createHttp({ environment: {}, timeout: 5_000 }),
        clock: systemClock,
        answers: { password: new Secret('correct horse') },
      }
      const tokens = await provider.login?.(reach, {})
      if (tokens === undefined) throw new Error('there is no login')
      const obtainedAt = Date.now() + left - life
      const record: SessionRecord = {
        ...tokens,
        expiry: { state: 'at', at: obtainedAt + life, source: 'told' } as SessionRecord['expiry'],
        v: 1,
        profileId: profile.id,
        generation: 2,
        provider: profile.provider,
        binding: bindingOf(profile),
        definition: provider.digest,
        origins: provider.origins,
        attach: provider.attach(tokens, {}),
        obtainedAt,
      }
      const index = about && {
        generation: 2,
        expiry: record.expiry,
        obtainedAt,
        renewal: 'refresh',
        history: [],
        ...about,
      }
      const target = { id: profile.id, name, parts: {}, incarnation: '1' }
      const parts = sealRow(own, target, {
        record: { generation: 2, text: serializeRecord(record) },
        index: index && JSON.stringify(index),
      })
      await engine.connect('setup').write(profile.id, {
        name,
        generation: 2,
        parts: setOf(parts),
        when: { version: undefined },
      })
      return profile
    },
    generationOf: async ({ id }) => (await engine.connect('setup').read(id))?.generation ?? 0,
    close: async () => await strict.stop(),
  }
  return world
}

type Engine = ReturnType<MemoryServer['connect']>

function openStore(engine: Engine, keys: StoreKeys, isReader: () => boolean): Store {
  const written = new Map<string, string>()
  return {
    kind,
    describe: () => engine.describe(),
    read: async (id) => {
      const row = await engine.read(id)
      const text = row && openRecord(keys, row)?.text
      // Members come back in another order than that in which they were sealed.
      const own = written.get(`${id} ${row?.generation}`)
      return text !== undefined && own?.length === text.length ? own : text
    },
    write: async (id, generation, text) => {
      if (isReader()) throw new ToknError('store', 'a reader writes nothing')
      const row = await engine.read(id)
      if (row === undefined) throw new ToknError('store', 'no row')
      if (row.generation >= generation) {
        throw new ToknError('store', 'superseded', { fault: 'superseded' })
      }
      const sealed = sealRow(keys, { ...row, incarnation: '1' }, { record: { generation, text } })
      written.set(`${id} ${generation}`, text)
      await engine.write(id, { generation, parts: setOf(sealed), when: { version: row.version } })
    },
    remove: async (id) => await engine.remove(id, {}),
    sealingKey: async () => new Uint8Array(32),
  }
}

function setOf(parts: SharedParts): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parts).filter(([, text]) => text !== undefined))
}

function openLock(engine: Engine): Lock {
  return async (entry, timeout) => {
    const name = `session:${entry.slice(entry.indexOf(':') + 1)}`
    const end = performance.now() + timeout
    for (;;) {
      const taken = await engine.takeLease(name, 'test', 8_000)
      if ('fence' in taken) {
        const { fence } = taken
        return {
          fence,
          stillHeld: async () => (await engine.leaseLeft(name, fence)) > 0,
          release: async () => await engine.releaseLease(name, fence),
        }
      }
      if (performance.now() > end) throw new ToknError('busy', 'another has it')
      await systemClock.wait(10)
    }
  }
}
