import { join } from 'node:path'
import { isFailure, type Said } from '../core/errors.ts'
import type { Files, Journal } from '../core/ports.ts'
import type { Finding } from '../core/process.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import type { Paths, Environment } from '../io/files/paths.ts'
import { checkEngines } from './diagnosis-engines.ts'
import { checkPlaces } from './diagnosis-folders.ts'
import { checkSockets } from './diagnosis-sockets.ts'
import { checkTokenFolders } from './diagnosis-token-folders.ts'
import { entryOf } from '../session/stored-record.ts'
import type { Ports } from '../session/ports.ts'

export interface Examination {
  readonly ports: Ports
  readonly paths: Paths
  readonly files: Files
  readonly environment: Environment
  /** The store that a first login would use. */
  readonly usualStore: StoreKind
  readonly fix: boolean
  readonly offline: boolean
}

/** Skew, in milliseconds, from which expiry times of a provider and of this machine disagree. */
const notableSkew = 60_000

/** Looks at everything that a session depends on. Never throws. */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const { ports } = examination
  const { known, findings } = await checkProfiles(ports)
  const kinds = new Set<StoreKind>(known.map((profile) => profile.store))
  if (kinds.size === 0) kinds.add(examination.usualStore)
  // Who may only read a store for many machines cannot write into it to try it.
  const kept = [...kinds].filter((kind) => ports.stores.traits(kind).shared !== true)
  return [
    checkNode(),
    ...findings,
    ...checkEnvironment(examination.environment),
    ...checkDirectories(examination),
    ...checkPlaces(examination.paths, kinds),
    ...(await inTurn(kept, (kind) => checkStore(ports, kind))),
    ...(await checkEngines({ ...examination, profiles: known })),
    await checkLock(ports),
    ...(await checkJournal(examination, known)),
    ...(await checkLeftovers(examination)),
    ...(await checkSockets(examination.environment, examination.fix)),
    ...checkTokenFolders(examination.environment, examination.fix),
    ...(await inTurn(known, (profile) => checkProvider(examination, profile))),
  ]
}

/** How many profiles there are, and where: in the file, in a store for many machines, or in both. */
function describePlaces({ profiles: { path, place } }: Ports, known: readonly Profile[]): string {
  const shared = known.filter(({ name }) => place?.keeps?.(name) === true).length
  const own = known.length - shared
  return [
    ...(shared === 0 ? [] : [words.doctor.profilesIn(shared, place?.folder ?? path)]),
    ...(own === 0 && shared > 0 ? [] : [words.doctor.profilesIn(own, path)]),
  ].join(', ')
}

/** Those that can be read: of each of the others it is said why not. */
async function checkProfiles(
  ports: Ports,
): Promise<{ known: readonly Profile[]; findings: readonly Finding[] }> {
  const { profiles } = ports
  const outlines = await attempt('profiles', () => profiles.outlines())
  if ('status' in outlines) return { known: [], findings: [outlines] }
  const read = await inTurn(outlines, (one) => attempt(`profile-${one.name}`, () => one.read()))
  const known = read.flatMap((one) => ('status' in one ? [] : one))
  const bad = read.flatMap((one) => ('status' in one ? one : []))
  return {
    known,
    findings: [...bad, ok('profiles', describePlaces(ports, known))],
  }
}

function checkNode(): Finding {
  return ok('node', words.doctor.node(process.version, `${process.platform}-${process.arch}`))
}

function checkEnvironment(environment: Environment): readonly Finding[] {
  const found: Finding[] = []
  const set = (name: string) => (environment[name] ?? '') !== ''
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    found.push(fail('tls', words.doctor.serversUnchecked()))
  } else found.push(ok('tls', words.doctor.serversChecked()))
  if (set('NODE_EXTRA_CA_CERTS')) {
    found.push(warn('extra-ca', words.doctor.extraCa()))
  }
  const proxy = ['https_proxy', 'HTTPS_PROXY'].find(set)
  if (proxy !== undefined) found.push(ok('proxy', words.doctor.proxyUsed(proxy)))
  if (set('NODE_OPTIONS')) found.push(warn('node-options', words.doctor.nodeOptions()))
  return found
}

function checkDirectories({ paths, files }: Examination): readonly Finding[] {
  return [paths.config, paths.state].map((directory) => {
    const id = directory === paths.config ? 'config-folder' : 'state-folder'
    try {
      files.ensureDirectory(directory)
      const probe = join(directory, '.probe')
      files.write(probe, new Uint8Array(1))
      files.remove(probe)
      return ok(id, directory)
    } catch (error) {
      return broken(id, error)
    }
  })
}

async function checkStore(ports: Ports, kind: StoreKind): Promise<Finding> {
  const id = `store-${kind}`
  // One name for all: what a kill leaves of it, the next examination removes.
  const probe = 'probe-doctor'
  const result = await attempt(id, async () => {
    const store = await ports.store(kind)
    await store.write(probe, 1, `{"probe":"${probe}"}`)
    await store.remove(probe)
    return store.describe()
  })
  return typeof result === 'string' ? ok(id, words.doctor.storeWorks(result)) : result
}

async function checkLock(ports: Ports): Promise<Finding> {
  const result = await attempt('lock', async () => {
    const held = await (await ports.lock())('doctor', 2_000)
    await held.release()
    return words.doctor.lockWorks()
  })
  return typeof result === 'string' ? ok('lock', result) : result
}

async function checkJournal(
  { ports, fix }: Examination,
  profiles: readonly Profile[],
): Promise<readonly Finding[]> {
  const journal = await ports.journal()
  const entries = new Set(await journal.list())
  const own: Profile[] = []
  const pending = ports.pendingRefreshes()
  for (const one of profiles) if (await hasJournal(ports, entries, pending, one)) own.push(one)
  for (const one of own) entries.delete(entryOf(one))
  const findings = await inTurn<Profile, Finding>(own, async (profile) => {
    const entry = entryOf(profile)
    const id = `journal-${profile.name}`
    const damaged = await findDamage(journal, entry, profile)
    if (damaged !== undefined) return damaged
    const left = await journal.read(entry)
    const answered = left?.record !== undefined || (left?.answers.length ?? 0) > 0
    const what = answered ? words.doctor.refreshNotStored() : words.doctor.refreshInterrupted()
    if (!answered || !fix) {
      const hint = answered ? 'tokn doctor --fix' : `tokn refresh ${profile.name}`
      return warn(id, { message: what, hint })
    }
    const result = await attempt(id, async () => {
      await ports.refresher(profile, { reason: 'recovered', minTtl: 0 })
      if ((await journal.read(entry)) === undefined) return what
      const message = words.doctor.refreshUnreadable()
      return warn(id, { message, hint: `tokn login ${profile.name}` })
    })
    return typeof result === 'string'
      ? { id, status: 'fixed', detail: words.doctor.storedNow(result) }
      : result
  })
  if (entries.size === 0) return findings
  return [...findings, skip('journal-of-others', words.doctor.ofOthers(entries.size))]
}

/** Whether a refresh of it is written down; where that cannot be known, its store is told to be away. */
async function hasJournal(
  ports: Ports,
  entries: ReadonlySet<string>,
  pending: Pick<ReadonlySet<string>, 'has'>,
  profile: Profile,
): Promise<boolean> {
  if (ports.stores.traits(profile.store).shared !== true) return entries.has(entryOf(profile))
  // What came with profiles of the store has said so.
  if (profile.store === ports.profilesOf && !pending.has(entryOf(profile))) return false
  try {
    return await ports.refreshPending(entryOf(profile))
  } catch (error) {
    if (!isFailure(error)) throw error
    return false
  }
}

/** What is wrong with the file of a refresh, if it cannot be read at all. */
async function findDamage(
  journal: Journal,
  entry: string,
  { name }: Profile,
): Promise<Finding | undefined> {
  try {
    await journal.read(entry)
    return undefined
  } catch (error) {
    const finding = broken(`journal-${name}`, error)
    return { ...finding, fix: finding.fix ?? `tokn login ${name}` }
  }
}

/** What logins, issues and profiles have left behind that were cut off, lost or moved. */
async function checkLeftovers({ ports, fix, offline }: Examination): Promise<readonly Finding[]> {
  const { diagnoseUnfinished } = await import('../session/unfinished/diagnose.ts')
  const { diagnoseOrphans } = await import('../session/orphans.ts')
  const { separateShared } = await import('../session/shared-ids.ts')
  const found = [
    await attempt('profiles', () => separateShared(ports, fix)),
    await attempt('unfinished', () => diagnoseUnfinished(ports, { fix, offline })),
    await attempt('sessions', () => diagnoseOrphans(ports, fix)),
  ]
  return found.flat()
}

async function checkProvider({ ports, offline }: Examination, profile: Profile): Promise<Finding> {
  const id = `provider-${profile.name}`
  if (offline) return skip(id, words.doctor.notContacted())
  const result = await attempt(id, async () => {
    const provider = await ports.provider(profile)
    const origin = provider.origins[0]
    if (origin === undefined) return skip(id, words.doctor.noAddress())
    const http = await ports.http(profile)
    const sentAt = ports.clock.now()
    // Nothing but the way there is asked about; any answer shows that it is open.
    const reply = await http({ method: 'GET', url: new URL(origin), timeout: 5_000 })
    const journey = { sentAt, receivedAt: ports.clock.now() }
    const { aheadOf, readAhead } = await import('../core/server-clock.ts')
    const ahead = readAhead(reply.headers, journey, false)
    return ahead === undefined
      ? ok(id, words.doctor.answers(origin))
      : checkSkew(id, origin, aheadOf(ahead))
  })
  return result
}

function checkSkew(id: string, origin: string, ahead: number): Finding {
  const skew = 0 - ahead
  if (Math.abs(skew) < notableSkew) return ok(id, words.doctor.clocksAgree(origin))
  return warn(id, words.doctor.clockWrong(words.times.duration(skew), skew > 0, origin))
}

async function attempt<Value>(
  id: string,
  run: () => Value | Promise<Value>,
): Promise<Value | Finding> {
  try {
    return await run()
  } catch (error) {
    return broken(id, error)
  }
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await run(item))
  return results
}

function broken(id: string, error: unknown): Finding {
  if (!isFailure(error)) throw error
  return { id, status: 'fail', detail: error.message, fix: error.hint }
}

/** What is wrong, and what to do. */
interface Fixable extends Said {
  readonly hint: string
}

function ok(id: string, detail: string): Finding {
  return { id, status: 'ok', detail }
}

function skip(id: string, detail: string): Finding {
  return { id, status: 'skip', detail }
}

function warn(id: string, { message, hint }: Fixable): Finding {
  return { id, status: 'warn', detail: message, fix: hint }
}

function fail(id: string, { message, hint }: Fixable): Finding {
  return { id, status: 'fail', detail: message, fix: hint }
}
