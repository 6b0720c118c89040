import { isFailure, isToknError } from '../core/errors.ts'
import type { Finding } from '../core/process.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { openSession, type Session } from './session.ts'
import { loggedInProfiles, readableProfiles } from './choose-profile.ts'
import { erase } from './usable.ts'
import { readUnfinished } from './unfinished/find.ts'
import { byFix } from './unfinished/finding.ts'
import { movedTo } from './move/left-behind.ts'
import type { Ports } from './ports.ts'

/**
 * Sessions that no profile of this configuration reaches, and profiles whose session is gone. `fix`
 * erases only what is known to be of this configuration: another one may keep its sessions in the
 * same folder.
 */
export async function diagnoseOrphans(ports: Ports, fix: boolean): Promise<readonly Finding[]> {
  const outlines = ports.profiles.outlines()
  const known = new Set(outlines.flatMap(({ id }) => id ?? []))
  // What is under way has its entry before it has its profile.
  for (const { profile } of await readUnfinished(ports))
    if (profile !== undefined) known.add(profile.id)
  // A damaged profile without an id, or none at all: what looks like an orphan may be its own.
  const certain = outlines.length > 0 && outlines.every(({ id }) => id !== undefined)
  const listed = await listStores(ports)
  const stored = entriesIn(listed)
  const ids = new Set([...stored.map(({ id }) => id), ...ports.index.list()])
  const nameless = [...ids].filter((id) => !known.has(id))
  const own = nameless.filter((id) => ports.index.get(id)?.configuration === ports.configuration)
  const claimed = new Set([...known, ...own])
  const foreign = stored.filter(({ id }) => !claimed.has(id))
  return [
    ...(await diagnoseMissing(ports, listed, fix)),
    ...(await diagnoseMoved(ports, stored, fix)),
    ...(own.length === 0 ? [] : [await diagnoseOwn(ports, own, fix, certain)]),
    ...(foreign.length === 0 ? [] : [tellForeign(foreign)]),
  ]
}

interface Stored {
  readonly id: string
  readonly store: StoreKind
}

/** Ids of the entries of each store that can tell what it holds, and can be looked into now. */
type Listed = ReadonlyMap<StoreKind, readonly string[]>

async function listStores(ports: Ports): Promise<Listed> {
  const listed = new Map<StoreKind, readonly string[]>()
  for (const kind of ports.stores.kinds) {
    if (!ports.stores.traits(kind).listsEntries) continue
    const ids = await tryList(ports, kind)
    if (ids !== undefined) listed.set(kind, ids)
  }
  return listed
}

/** The sessions among the entries. */
function entriesIn(listed: Listed): readonly Stored[] {
  return [...listed].flatMap(([store, ids]) =>
    ids.filter((id) => !id.startsWith('probe-')).map((id) => ({ id, store })),
  )
}

/** `undefined` where the store cannot be looked into now. */
async function tryList(ports: Ports, kind: StoreKind): Promise<readonly string[] | undefined> {
  try {
    return await (await ports.store(kind)).list?.()
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

/**
 * Profiles that are logged in by the index, and have no entry in a store that can tell: it was taken
 * away, or a logout was cut off halfway. `fix` has the index say so.
 */
async function diagnoseMissing(
  ports: Ports,
  listed: Listed,
  fix: boolean,
): Promise<readonly Finding[]> {
  const held = new Map([...listed].map(([store, ids]) => [store, new Set(ids)]))
  const missing = loggedInProfiles(ports).filter(
    ({ id, store }) => held.get(store)?.has(id) === false,
  )
  const findings: Finding[] = []
  for (const profile of missing) {
    const { name, store } = profile
    const detail = words.unfinished.sessionMissing(name, store)
    const id = `session-${name}`
    if (!fix) findings.push({ id, status: 'warn', detail, fix: `tokn login ${name}` })
    else if (await forgetMissing(openSession(ports, profile))) {
      findings.push({ id, status: 'fixed', detail: words.unfinished.missingForgotten(detail) })
    }
  }
  return findings
}

/** Whether the session is gone still, now that nobody else writes it. */
async function forgetMissing(session: Session): Promise<boolean> {
  return await session.locked(async () => {
    if ((await session.findRecord()) !== undefined) return false
    session.ports.index.remove(session.id)
    return true
  })
}

async function diagnoseOwn(
  ports: Ports,
  ids: readonly string[],
  fix: boolean,
  certain: boolean,
): Promise<Finding> {
  const detail = words.unfinished.sessionsLeft(ids.length)
  if (!certain) {
    const restore = words.unfinished.restoreProfiles(ports.profiles.path)
    return { id: 'sessions', status: 'warn', detail, fix: restore }
  }
  if (!fix) return { id: 'sessions', status: 'warn', detail, fix: byFix }
  for (const id of ids) {
    for (const store of ports.stores.kinds) {
      const { outlivesProcess, shared } = ports.stores.traits(store)
      // What many machines share belongs to no configuration.
      if (outlivesProcess && shared !== true) await eraseLeft(ports, id, store)
    }
  }
  return { id: 'sessions', status: 'fixed', detail: words.unfinished.sessionsErased(detail) }
}

async function eraseLeft(ports: Ports, id: string, store: StoreKind): Promise<void> {
  const profile: Profile = { name: id, id, store, provider: '', settings: {} }
  const session = openSession(ports, profile)
  await session.locked(async () => {
    try {
      // Another process may have made the profile meanwhile.
      if (!ports.profiles.outlines().some((one) => one.id === id)) await erase(session)
    } catch (error) {
      // Most likely it was never in a store that cannot be reached.
      if (!isToknError(error, 'store') || !ports.stores.traits(store).mayBeMissing) throw error
    }
  })
}

/** Entries of profiles that keep their sessions in another store by now. */
async function diagnoseMoved(
  ports: Ports,
  stored: readonly Stored[],
  fix: boolean,
): Promise<readonly Finding[]> {
  const places = new Map<string, StoreKind[]>()
  for (const { id, store } of stored) places.set(id, [...(places.get(id) ?? []), store])
  const moved = readableProfiles(ports.profiles).flatMap((profile) =>
    (places.get(profile.id) ?? [])
      .filter((store) => store !== profile.store)
      .map((former) => ({ profile, former })),
  )
  const findings: Finding[] = []
  for (const { profile, former } of moved) {
    const detail = words.unfinished.sessionMoved(profile.name, profile.store, former)
    const id = `session-${profile.name}`
    const session = openSession(ports, profile)
    if (!(await hasLater(session))) findings.push(tellOnlyOne(ports, profile, former))
    else if (!fix) findings.push({ id, status: 'warn', detail, fix: byFix })
    else if (await eraseFormer(session, former)) {
      findings.push({ id, status: 'fixed', detail: words.unfinished.movedErased(detail) })
    }
  }
  return findings
}

/** Whether it was erased: what the profile names has a later one still, now that nobody moves it. */
async function eraseFormer(session: Session, former: StoreKind): Promise<boolean> {
  const left = session.of({ ...session.profile, store: former })
  return await left.locked(async () => {
    if (!(await hasLater(session))) return false
    await (await left.store()).remove(left.id)
    await (await left.ports.journal()).remove(left.entry)
    return true
  })
}

/** Whether the session is seen to be where its profile says, and has not left there. */
async function hasLater(session: Session): Promise<boolean> {
  try {
    const record = await session.findRecord()
    return record !== undefined && movedTo(record) === undefined
  } catch (error) {
    if (!isFailure(error)) throw error
    return false
  }
}

/** What lies in `former` may be all that there is of the session. */
function tellOnlyOne(ports: Ports, { name, store }: Profile, former: StoreKind): Finding {
  const detail = words.unfinished.onlyOne(name, store, former)
  const { shared } = ports.stores.traits(store)
  const pull = `tokn store pull ${name} --from ${store} --to ${former}`
  return {
    id: `session-${name}`,
    status: 'warn',
    detail,
    fix: shared === true ? pull : `tokn login ${name}`,
  }
}

function tellForeign(foreign: readonly Stored[]): Finding {
  const stores = [...new Set(foreign.map(({ store }) => store))]
  const detail = words.unfinished.sessionsOfOthers(foreign.length, stores)
  return { id: 'sessions-of-others', status: 'skip', detail }
}
