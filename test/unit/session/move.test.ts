import { afterEach, describe, expect, test } from 'vitest'
import type { Profile } from '../../../src/core/profile.ts'
import type { HomeEntry, SharedHome } from '../../../src/session/move/home.ts'
import { moveSession, type Move } from '../../../src/session/move/move-session.ts'
import { logout } from '../../../src/session/revoke/logout.ts'
import { openSession } from '../../../src/session/session.ts'
import { diagnoseUnfinished } from '../../../src/session/unfinished/diagnose.ts'
import { ToknError } from '../../../src/core/errors.ts'
import type { Lock, Store } from '../../../src/core/ports.ts'
import { copyOf, leftBehind, movedTo } from '../../../src/session/move/left-behind.ts'
import { writeRecord } from '../../../src/session/write-record.ts'
import type { MemoryPorts } from './memory-ports.ts'
import { openWorld, type SessionWorld } from './world.ts'

const worlds: SessionWorld[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

/** A world, a move out of its file store, and what a store for many machines would have. */
async function open(way: keyof typeof ways) {
  const world = await openWorld('definition')
  worlds.push(world)
  const { ports, profile } = world
  await ports.profiles.put(profile)
  const note = (said: string) => void ports.log.push(said)
  const home = (kind: string) =>
    openHome(kind, note, async (id) => {
      await (await ports.store(kind)).remove(id)
    })
  const move = ways[way](profile, home)
  if (move.sourceHome !== undefined) {
    await move.sourceHome.reserve(profile)
    await move.sourceHome.publish(profile)
    await ports.profiles.remove(profile.name, profile.id)
  }
  return { world, ports: exclusive(ports), move }
}

const ways = {
  'from one store of this machine into another': (profile: Profile): Move => ({
    source: profile,
    target: { ...profile, store: 'pass' },
    isLocal: true,
    isThere: false,
    deleteSource: false,
  }),
  'into a store for many machines': (
    profile: Profile,
    home: (kind: string) => SharedHome,
  ): Move => ({
    source: profile,
    target: { ...profile, store: 'pass', storeUrl: 'redis://localhost' },
    targetHome: home('pass'),
    isLocal: true,
    isThere: false,
    deleteSource: false,
  }),
  'out of one, which keeps the access token': (
    profile: Profile,
    home: (kind: string) => SharedHome,
  ): Move => ({
    source: profile,
    target: { ...profile, store: 'pass' },
    sourceHome: home('file'),
    isLocal: true,
    isThere: false,
    deleteSource: false,
  }),
  'from one into another, which keeps nothing': (
    profile: Profile,
    home: (kind: string) => SharedHome,
  ): Move => ({
    source: profile,
    target: { ...profile, store: 'pass' },
    sourceHome: home('file'),
    targetHome: home('pass'),
    isLocal: false,
    isThere: false,
    deleteSource: true,
  }),
}

/** What such a store keeps beside sessions; with a removed row goes its record. */
function openHome(
  kind: string,
  note: (said: string) => void,
  erase: (id: string) => Promise<void>,
): SharedHome {
  const rows = new Map<string, HomeEntry>()
  return {
    kind,
    url: `${kind}://localhost`,
    describe: () => `the ${kind} of all`,
    reach: async () => undefined,
    refuseReader: async () => undefined,
    role: async () => 'refresher',
    doubt: async () => undefined,
    version: async () => undefined,
    accept: async () => 1,
    list: async () => [...rows.values()],
    each: async function* () {
      yield* rows.values()
    },
    find: async (name) => [...rows.values()].find((row) => row.name === name),
    read: async (id) => rows.get(id),
    reserve: async ({ id, name }) => {
      note(`reserve ${kind} ${id}`)
      rows.set(id, { ...rows.get(id), id, name, generation: 0 })
    },
    publish: async (profile) => {
      const { id, name } = profile
      note(`publish ${kind} ${id}`)
      rows.set(id, { id, name, generation: 0, profile })
    },
    remove: async (id) => {
      note(`take back ${kind} ${id}`)
      await erase(id)
      return rows.delete(id)
    },
  }
}

/** Whoever takes a lock that is held waits for ever, as it would if the holder were itself. */
function exclusive(ports: MemoryPorts): MemoryPorts {
  const held = new Set<string>()
  const lock = async (): Promise<Lock> => async (entry, timeout) => {
    if (held.has(entry)) throw new Error(`${entry} is held`)
    const taken = await (await ports.lock())(entry, timeout)
    held.add(entry)
    const release = async () => {
      held.delete(entry)
      await taken.release()
    }
    return { ...taken, release }
  }
  return { ...ports, lock }
}

const killed = new Error('killed')

/** Runs a move that is killed before its step `at`; whether it came so far. */
async function killAt(
  { ports, move }: Pick<Awaited<ReturnType<typeof open>>, 'ports' | 'move'>,
  at: number,
): Promise<boolean> {
  const push = ports.log.push
  let left = at
  ports.log.push = (...said) => {
    // What is only read, or let go, changes nothing.
    if (!/^(?:read|release|lock) /.test(said[0] ?? '') && left-- <= 0) throw killed
    return push.apply(ports.log, said)
  }
  try {
    await moveSession(ports, move)
    return false
  } catch (error) {
    if (error !== killed) throw error
    return true
  } finally {
    ports.log.push = push
    ports.ended.add('run')
  }
}

/** Where the session can be renewed by somebody who finds it. */
async function homesOf({ ports, move }: Pick<Awaited<ReturnType<typeof open>>, 'ports' | 'move'>) {
  const { source, target, sourceHome, targetHome } = move
  const homes: Profile[] = []
  for (const [profile, home] of [
    [source, sourceHome],
    [target, targetHome],
  ] as const) {
    const local = ports.profiles.get(profile.name)
    const shared = (await home?.read(profile.id))?.profile
    if (local?.store !== profile.store && shared === undefined) continue
    const record = await openSession(ports, profile).findRecord()
    const renews = record?.refresh !== undefined && record.standing === undefined
    if (renews) homes.push(profile)
  }
  return homes
}

describe.each(Object.keys(ways) as (keyof typeof ways)[])('%s', (way) => {
  test('the session goes, and works there', async () => {
    const { world, ports, move } = await open(way)
    const before = await world.held()
    expect(await moveSession(ports, move)).toBe('moved')
    const moved = openSession(ports, move.target)
    expect((await moved.readRecord()).refresh?.reveal()).toBe(before.refresh?.reveal())
    const left = await openSession(ports, move.source).findRecord()
    expect(left?.refresh).toBeUndefined()
    expect(await homesOf({ ports, move })).toEqual([move.target])
    const next = await moved.refresh({ minTtl: undefined, force: false })
    expect(next.record.access.reveal()).toBe(world.server.live()?.access)
    expect(await ports.journal('unfinished').then(async (it) => await it.list())).toEqual([])
  })

  test('killed at any step, it has one home at most, and the same again ends it', async () => {
    for (let at = 0; ; at++) {
      const opened = await open(way)
      const { world, ports, move } = opened
      const wasKilled = await killAt(opened, at)
      const homes = await homesOf(opened)
      expect(homes.length, `after ${at} steps: ${ports.log.join(', ')}`).toBeLessThanOrEqual(1)
      for (const profile of homes) {
        // Who finds it there may use it meanwhile.
        await openSession(ports, profile).refresh({ minTtl: undefined, force: false })
      }
      if (wasKilled) await moveSession(ports, again(ports.profiles.get('web'), move))
      const moved = openSession(ports, move.target)
      const { record } = await moved.refresh({ minTtl: undefined, force: false })
      expect(record.access.reveal(), `after ${at} steps`).toBe(world.server.live()?.access)
      expect(await homesOf(opened)).toEqual([move.target])
      if (!wasKilled) return
    }
  })

  test('killed at any step, doctor tells of it, and clears what it can', async () => {
    for (let at = 0; ; at++) {
      const opened = await open(way)
      const { world, ports, move } = opened
      if (!(await killAt(opened, at))) return
      const found = await diagnoseUnfinished(ports, { fix: true, offline: true })
      for (const { status, fix } of found) {
        expect(
          status === 'fixed' || /^(?:TOKN_FROM_STORE_URL='[^']+' )?tokn store /.test(fix ?? ''),
        ).toBe(true)
      }
      if (found.some(({ status }) => status === 'warn'))
        await moveSession(ports, again(ports.profiles.get('web'), move))
      const [home] = await homesOf(opened)
      if (home === undefined) throw new Error(`after ${at} steps it is nowhere`)
      const { record } = await openSession(ports, home).refresh({ minTtl: undefined, force: false })
      expect(record.access.reveal(), `after ${at} steps`).toBe(world.server.live()?.access)
      expect(await homesOf(opened)).toHaveLength(1)
    }
  })
})

test('cut off, and overtaken by the move of another machine: what was copied counts nowhere', async () => {
  let overtaken = 0
  for (let at = 0; ; at++) {
    const opened = await open('out of one, which keeps the access token')
    const { ports, move } = opened
    if (!(await killAt(opened, at))) break
    const [from, to] = [openSession(ports, move.source), openSession(ports, move.target)]
    const held = await from.findRecord()
    const copied = await to.findRecord()
    // Only between the copy and the switch may another be quicker.
    if (held === undefined || movedTo(held) !== undefined || copied === undefined) continue
    const left = leftBehind(copyOf(held, 'the other move'), 'elsewhere', ports.clock.now())
    await writeRecord(await from.store(), left)
    await expect(moveSession(ports, move)).rejects.toMatchObject({ code: 'not_found' })
    expect(await homesOf(opened)).toEqual([])
    expect(await to.findRecord()).toBeUndefined()
    expect(await diagnoseUnfinished(ports, { fix: false, offline: true })).toEqual([])
    overtaken++
  }
  expect(overtaken).toBeGreaterThan(0)
})

test('the switch of a move that came too late leaves no copy', async () => {
  const { ports, move } = await open('out of one, which keeps the access token')
  const store = await ports.store(move.source.store)
  const late: Store = {
    ...store,
    write: async () => {
      throw new ToknError('store', 'somebody was quicker', { fault: 'superseded' })
    },
  }
  const lost = {
    ...ports,
    store: async (kind: string) => (kind === move.source.store ? late : await ports.store(kind)),
  }
  await expect(moveSession(lost, move)).rejects.toMatchObject({ details: { fault: 'superseded' } })
  expect(await openSession(ports, move.target).findRecord()).toBeUndefined()
})

/** The session in another store than its profile says, as with `--store`. */
function elsewhere(ports: MemoryPorts, name: string, store: string) {
  const profile = ports.profiles.get(name)
  if (profile === undefined) throw new Error(`there is no ${name}`)
  return openSession(ports, { ...profile, store, usualStore: profile.store })
}

const asked = { minTtl: undefined, force: false }

test.each([
  'from one store of this machine into another',
  'into a store for many machines',
] as const)('%s: a copy that a cut-off move has left is never spent', async (way) => {
  let refused = 0
  for (let at = 0; ; at++) {
    const opened = await open(way)
    const { world, ports, move } = opened
    if (!(await killAt(opened, at))) break
    const home = ports.profiles.get('web')?.store
    const other = home === move.source.store ? move.target : move.source
    const aside = elsewhere(ports, 'web', other.store)
    const copy = await aside.findRecord()
    if (copy !== undefined) {
      const hint = 'tokn store push web --to pass'
      const busy = { code: 'busy', hint, message: expect.stringContaining(`in the ${home} store`) }
      await expect(aside.refresh({ ...asked, force: true })).rejects.toMatchObject(busy)
      await expect(logout(aside, { localOnly: false })).rejects.toMatchObject(busy)
      refused++
    }
    const [kept] = await homesOf(opened)
    const { record } = await openSession(ports, kept ?? move.source).refresh(asked)
    expect(record.access.reveal(), `after ${at} steps`).toBe(world.server.live()?.access)
  }
  expect(refused).toBeGreaterThan(1)
})

test('a session that goes back over a copy which a cut-off move has left is not lost', async () => {
  let back = 0
  for (let at = 0; ; at++) {
    for (let then = 0; ; then++) {
      const opened = await open('into a store for many machines')
      const { world, ports, move } = opened
      await killAt(opened, at)
      const now = ports.profiles.get('web')
      if (now?.store !== 'pass') break
      const home = move.targetHome
      const returned: Move = {
        ...{
          source: now,
          target: { ...now, store: 'file', storeUrl: undefined },
          sourceHome: home,
        },
        ...{ isLocal: true, isThere: false, deleteSource: false },
      }
      const again = await killAt({ ports, move: returned }, then)
      if (again) {
        const isThere = ports.profiles.get('web')?.store === 'file'
        if (!isThere) await moveSession(ports, returned)
      }
      back++
      const file = { ...now, store: 'file', storeUrl: undefined }
      const { record } = await openSession(ports, file).refresh(asked)
      expect(record.access.reveal(), `${at}, ${then}`).toBe(world.server.live()?.access)
      if (!again) break
    }
    if (!(await killAt(await open('into a store for many machines'), at))) break
  }
  expect(back).toBeGreaterThan(10)
})

test('a session that goes elsewhere than a cut-off move had begun leaves no copy on the way', async () => {
  for (let at = 0; ; at++) {
    const opened = await open('from one store of this machine into another')
    const { ports, move } = opened
    if (!(await killAt(opened, at))) return
    const now = ports.profiles.get('web') ?? move.source
    const other = { ...now, store: 'keychain' }
    await moveSession(ports, { ...move, source: now, target: other })
    for (const store of ['file', 'pass']) {
      const left = await openSession(ports, { ...now, store }).findRecord()
      expect(left, `${store} after ${at} steps`).toBeUndefined()
    }
    expect(await diagnoseUnfinished(ports, { fix: false, offline: true })).toEqual([])
  }
})

test('a session that another machine has taken away whole meanwhile is not there', async () => {
  const { ports, move } = await open('out of one, which keeps the access token')
  await move.sourceHome?.remove(move.source.id)
  await expect(moveSession(ports, move)).rejects.toMatchObject({ code: 'not_found' })
  expect(ports.profiles.get('web')).toBeUndefined()
})

/** The same command again: it takes the profile as it is by now. */
function again(now: Profile | undefined, move: Move): Move {
  if (move.sourceHome !== undefined) return move
  const source = now ?? move.source
  return { ...move, source, isThere: source.store === move.target.store }
}
