import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import type { FoundTrace, Trace, TraceKind, Traces } from '../core/trace.ts'
import { measure, namesAt } from '../io/files/measure.ts'
import { locatePaths, namesIn, type Environment, type Paths } from '../io/files/paths.ts'
import { sharedParts } from '../io/files/shared-folders.ts'
import type { Ports } from '../session/ports.ts'
import { startPaths } from './start-folder.ts'

export interface Search {
  readonly ports: Ports
  readonly paths: Paths
  readonly environment: Environment
}

/** Names of what is in a folder of ours, and what that is. */
type Known = ReadonlyMap<string, TraceKind>

/** Looks for what this program has made. Opens no store, and changes nothing. */
export async function findTraces({ ports, paths, environment }: Search): Promise<Traces> {
  const profiles = knownProfiles(ports)
  const listed = new Set<string>()
  const found = [
    ...[...knownFolders(paths)].flatMap(([folder, known]) => within(folder, known)),
    ...(await ofStores(ports, profiles.stores)),
    ...temporaryFolders(),
    ...startPaths(environment)
      .map((path) => measured({ kind: 'start', path }))
      .filter(({ sight }) => sight !== 'absent'),
  ]
  return {
    configuration: ports.profiles.path,
    others: otherConfigurations(ports, environment),
    unread: profiles.unread,
    found: found.filter(({ trace }) => {
      const name = 'path' in trace ? trace.path : `${trace.service} ${trace.account}`
      return !listed.has(name) && listed.add(name)
    }),
  }
}

/** The folders in which anything may be; two of them are often the same one. */
function knownFolders(paths: Paths): ReadonlyMap<string, Known> {
  const { profiles, definitions } = namesIn.config
  const folders = new Map<string, Map<string, TraceKind>>()
  add(paths.config, {
    [profiles]: 'profiles',
    [`${profiles}.bak`]: 'profiles-before',
    [definitions]: 'definitions',
  })
  add(paths.state, {
    [namesIn.state.index]: 'index',
    [namesIn.state.fingerprintKey]: 'fingerprint-key',
    [namesIn.state.warned]: 'warnings',
    [namesIn.state.seen]: 'seen',
    [namesIn.state.home]: 'home',
    [namesIn.state.tokenFiles]: 'token-files',
    [namesIn.state.setup]: 'setup',
  })
  add(paths.data, { [namesIn.data.sessions]: 'sessions', [namesIn.data.programs]: 'programs' })
  add(paths.cache, {
    [namesIn.cache.profiles]: 'single-profiles',
    [namesIn.cache.index]: 'index-summary',
    [namesIn.cache.compiled]: 'compiled',
  })
  const shared = Object.fromEntries(sharedParts.map((name) => [name, name]))
  // One in /tmp is a home of our own, and all of it goes.
  for (const { path, guard } of [...paths.sharedFolders, paths.meetingFolder(false)]) {
    if (guard === undefined) add(path, shared)
    else add(guard, {})
  }
  if (paths.runtime !== undefined) add(paths.runtime, {})
  return folders

  function add(path: string, names: Readonly<Record<string, TraceKind>>): void {
    const known = folders.get(path) ?? new Map<string, TraceKind>()
    for (const [name, kind] of Object.entries(names)) known.set(name, kind)
    folders.set(path, known)
  }
}

/** What may be in a folder that is one of ours for a process with another home. */
const anywhere: Known = new Map<string, TraceKind>([
  [namesIn.state.index, 'index'],
  [namesIn.state.fingerprintKey, 'fingerprint-key'],
  [namesIn.state.warned, 'warnings'],
  [namesIn.state.home, 'home'],
  [namesIn.state.tokenFiles, 'token-files'],
  [namesIn.state.setup, 'setup'],
  [namesIn.data.programs, 'programs'],
  [namesIn.data.sessions, 'sessions'],
  [namesIn.cache.compiled, 'compiled'],
  ['agent', 'sockets'],
  ...sharedParts.map((name) => [name, name] as const),
])

/** One line for a folder that is not there or that we may not read; else one for each part of it. */
function within(folder: string, known: Known): readonly FoundTrace[] {
  const trace: Trace = { kind: 'folder', path: folder }
  const whole = measure(folder)
  if (whole.sight !== 'there' || known.size === 0) return [{ trace, ...whole }]
  const names = [...new Set([...known.keys(), ...namesAt(folder)])]
  const parts = names.map((name): FoundTrace => {
    const path = join(folder, name)
    const unknown = name.endsWith('.sock') ? 'sockets' : 'other'
    const kind = known.get(name) ?? anywhere.get(name) ?? unknown
    return measured({ kind, path })
  })
  return parts.some(({ sight }) => sight !== 'absent') ? parts : [{ trace, ...whole }, ...parts]
}

interface KnownProfiles {
  /** Ids of the sessions that each store may hold. */
  readonly stores: ReadonlyMap<StoreKind, readonly string[]>
  readonly unread?: string
}

/** A session of which only the index knows may be in any store. */
function knownProfiles({ profiles, index, stores }: Ports): KnownProfiles {
  const indexed = index.list()
  try {
    const outlines = profiles.outlines()
    const named = new Set(outlines.map(({ id }) => id))
    const loose = indexed.filter((id) => !named.has(id))
    const held = (kind: StoreKind) =>
      outlines.flatMap(({ id, store }) => (id !== undefined && (store ?? kind) === kind ? id : []))
    return { stores: new Map(stores.kinds.map((kind) => [kind, [...held(kind), ...loose]])) }
  } catch (error) {
    if (!isToknError(error)) throw error
    return { stores: new Map(stores.kinds.map((kind) => [kind, indexed])), unread: error.message }
  }
}

async function ofStores(
  ports: Ports,
  held: KnownProfiles['stores'],
): Promise<readonly FoundTrace[]> {
  const found: FoundTrace[] = []
  for (const [kind, ids] of held) {
    for (const trace of (await ports.store(kind)).traces?.(ids) ?? []) {
      found.push(measured(trace))
    }
  }
  return found
}

function measured(trace: Trace): FoundTrace {
  return { trace, ...('path' in trace ? measure(trace.path) : { sight: 'unseen' }) }
}

/** What a command that was killed has left: `makeTemporaryFolder` gives them these names. */
function temporaryFolders(): readonly FoundTrace[] {
  const names = namesAt(tmpdir()).filter((name) => /^tokn-[A-Za-z0-9]{6}$/.test(name))
  return names
    .map((name) => measured({ kind: 'temporary', path: join(tmpdir(), name) }))
    .filter(({ sight }) => sight === 'there')
}

/** Those whose sessions are in the index, and the one that is used where no variable names another. */
function otherConfigurations(ports: Ports, environment: Environment): readonly string[] {
  const indexed = ports.index.list().flatMap((id) => ports.index.get(id)?.configuration ?? [])
  const [host = ''] = ports.configuration.split(':')
  const usual = locatePaths({ ...environment, TOKN_CONFIG_DIR: undefined }).config
  const file = join(usual, namesIn.config.profiles)
  const there = measure(file).sight === 'absent' ? [] : [`${host}:${file}`]
  const all = new Set([...indexed, ...there])
  all.delete(ports.configuration)
  return [...all].map((one) => (one.startsWith(`${host}:`) ? one.slice(host.length + 1) : one))
}
