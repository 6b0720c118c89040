import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { listFiles } from '../support/files.ts'
import { requireParts } from '../support/parts.ts'
import { start, startCommand } from '../support/run.ts'
import { errorOf, openWorld, type World } from './world.ts'

const refreshes = ({ api }: World) => api.state.counts.refreshes

/** Kills a refresh once the server has its request; gives whether the program was still there. */
async function interrupt(world: World, signal: NodeJS.Signals): Promise<number> {
  const before = world.api.log.length
  const running = start(['refresh', 'web'], { home: world.home })
  while (world.api.log.length === before) await sleep(5)
  running.child.kill(signal)
  const { status } = await running.ended
  return status
}

/** The session works, at the server's side too. */
async function works(world: World): Promise<void> {
  const { status, out, err } = await world.tokn(['token', 'web'])
  expect(status, err).toBe(0)
  expect(world.api.state.live).toContain(out.trim())
  expect(await world.tokn(['refresh', 'web'])).toMatchObject({ status: 0 })
}

describe('a refresh that is disturbed', () => {
  test('D1: twenty programs with environments of their own make one', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    const before = refreshes(world)
    // Time passes for all.
    world.api.control.advance(1_200_000)
    world.home.shiftClock(1_200_000)
    const runs = Array.from({ length: 20 }, async (_, index) => {
      const own = join(world.home.path, `own-${index}`)
      mkdirSync(own, { mode: 0o700 })
      const env = { TMPDIR: own, XDG_RUNTIME_DIR: own, XDG_CACHE_HOME: own }
      return await startCommand(['tokn', 'token', 'web'], { home: world.home, env }).ended
    })
    const ended = await Promise.all(runs)
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 0))
    expect(refreshes(world) - before).toBe(1)
    expect(new Set(ended.map(({ out }) => out)).size).toBe(1)
  })

  test('D2, D5, D19: a refresh ends what it began, whatever the one that asked is ended by', async () => {
    const signals = ['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const turn = async (signal: NodeJS.Signals) => {
      const world = await openWorld('hosterby')
      await world.login()
      world.strike({ do: 'delay', ms: 300, path: '/token/refresh' })
      await interrupt(world, signal)
      await sleep(1_500)
      world.strike()
      const before = refreshes(world)
      const { status, out, err } = await world.tokn(['token', 'web'])
      expect(status, `${signal}: ${err}`).toBe(0)
      expect(world.api.state.live).toContain(out.trim())
      // The answer to the first one was kept: nothing is asked for twice.
      expect({ signal, before, after: refreshes(world) }).toEqual({ signal, before: 1, after: 1 })
      await works(world)
    }
    await Promise.all(signals.map(turn))
  })

  test('D6: an answer that never came is made up for, or its loss is told', async () => {
    const turns = (['oz', 'mcs', 'rightech'] as const).map(async (name) => {
      const world = await openWorld(name)
      await world.login()
      world.strike({ do: 'drop-after', times: 1 })
      const ended = await world.tokn(['refresh', 'web'])
      expect([0, 7], `${name}: ${ended.err}`).toContain(ended.status)
      await works(world)
    })
    await Promise.all(turns)
    const world = await openWorld('hosterby')
    await world.login()
    world.strike({ do: 'drop-after', times: 2, path: '/token/refresh' })
    await world.tokn(['refresh', 'web'])
    const lost = await world.tokn(['refresh', 'web'])
    expect(lost.status).toBe(4)
    expect(lost.err).toContain('tokn login web')
  })

  test('D7, D8: a reply without a refresh token, or with the same one, keeps it', async () => {
    const world = await openWorld('mcs')
    await world.login()
    world.strike({ do: 'merge', without: ['refresh_token'] })
    expect((await world.tokn(['refresh', 'web'])).status).toBe(0)
    world.strike()
    await works(world)
    const hoster = await openWorld('hosterby')
    await hoster.login()
    hoster.strike({ do: 'merge', without: ['userId'], under: 'payload' })
    const ended = await hoster.tokn(['refresh', 'web'])
    expect([0, 6], ended.err).toContain(ended.status)
    hoster.strike()
    if (ended.status === 0) await works(hoster)
  })

  test('D9: a refusal is no end where another program has stored a newer session', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    const path = listFiles(world.home.sessions).find((name) => name.endsWith('.jwe')) ?? ''
    const old = readFileSync(path)
    const index = join(world.home.path, 'state/tokn/index')
    cpSync(index, `${index}.old`, { recursive: true })
    expect((await world.tokn(['refresh', 'web'])).status).toBe(0)
    const newer = readFileSync(path)
    // As on a machine that has not heard of the newer one: what it knows of is never sent.
    writeFileSync(path, old)
    rmSync(index, { recursive: true })
    renameSync(`${index}.old`, index)
    world.strike({ do: 'delay', ms: 700, path: '/token/refresh' })
    const before = world.api.log.length
    const running = start(['token', 'web', '--refresh', 'force'], { home: world.home })
    while (world.api.log.length === before) await sleep(5)
    writeFileSync(path, newer)
    const { status, out, err } = await running.ended
    expect(status, err).toBe(0)
    expect(out.trim()).toBe(world.api.state.tokens.at(-1)?.access)
    world.strike()
    await works(world)
  })

  test('D10: an older copy of a session ends with 4 and the reason, once', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    const files = listFiles(world.home.sessions).filter((path) => path.endsWith('.jwe'))
    for (const path of files) copyFileSync(path, `${path}.copy`)
    expect((await world.tokn(['refresh', 'web'])).status).toBe(0)
    expect((await world.tokn(['refresh', 'web'])).status).toBe(0)
    for (const path of files) copyFileSync(`${path}.copy`, path)
    const before = world.api.log.length
    const ended = await world.tokn(['refresh', 'web'])
    expect(ended).toMatchObject({ status: 4 })
    expect(ended.err).toContain('tokn login web')
    expect(world.api.log.length - before).toBeLessThanOrEqual(2)
  })

  test('D12: an answer that cannot be stored is handed out, kept, and stored by the next run', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    const path = listFiles(world.home.sessions).find((name) => name.endsWith('.jwe')) ?? ''
    world.strike({ do: 'delay', ms: 700, path: '/token/refresh' })
    const before = world.api.log.length
    const running = start(['token', 'web', '--refresh', 'force'], { home: world.home })
    while (world.api.log.length === before) await sleep(5)
    const sealed = readFileSync(path)
    rmSync(path)
    mkdirSync(path)
    const ended = await running.ended
    expect(ended.err).not.toMatch(/is a bug/)
    rmSync(path, { recursive: true })
    writeFileSync(path, sealed, { mode: 0o600 })
    world.strike()
    const next = await world.tokn(['token', 'web'])
    expect(next.status, `${ended.err}${next.err}`).toBe(0)
    expect(world.api.state.live).toContain(next.out.trim())
    expect(refreshes(world)).toBe(1)
    if (ended.status === 0) expect(ended.out).toBe(next.out)
    await works(world)
  })

  test('D14: a session that was tampered with is refused, and stays where it is', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    await world.login([], 'other')
    const [one = '', two = ''] = listFiles(world.home.sessions).filter((name) =>
      name.endsWith('.jwe'),
    )
    const good = [readFileSync(one), readFileSync(two)] as const
    const seen = world.api.log.length
    for (const bad of [
      Buffer.from('garbage'),
      good[1],
      Buffer.alloc(5_000_000),
      good[0].subarray(1),
    ]) {
      writeFileSync(one, bad)
      const all = await Promise.all([world.tokn(['token', 'web']), world.tokn(['token', 'other'])])
      expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([0, 8])
      expect(Buffer.compare(readFileSync(one), bad)).toBe(0)
      expect(all.map(({ err }) => err).join('')).toContain('tokn login')
    }
    expect(world.api.log.length).toBe(seen)
    writeFileSync(one, good[0])
    await works(world)
  })

  test('D15: a token that was issued in vain is not left', async () => {
    const world = await openWorld('rightech')
    await world.login()
    world.strike({ do: 'drop-after', times: 1, method: 'POST', path: '/api/v1/tokens' })
    await world.tokn(['refresh', 'web'])
    world.strike()
    await works(world)
    expect(world.api.state.live.length).toBeLessThanOrEqual(2)
  })

  test.skipIf(!requireParts('linux', 'mount namespace'))(
    'D16: no refresh without a lock',
    async () => {
      const world = await openWorld('hosterby')
      await world.login()
      const before = world.stored()
      // Only this one program sees these folders so.
      const readOnly = (path: string) =>
        `mount --bind "${path}" "${path}" && mount -o remount,bind,ro "${path}"`
      const open = 'mkdir -p /tmp/tokn-0 && mount -t tmpfs -o mode=777 none /tmp/tokn-0'
      const places = [
        readOnly(join(userInfo().homedir, '.local/state')),
        readOnly(join(world.home.path, 'home')),
        readOnly(join(world.home.path, 'data')),
        open,
      ]
      const refresh = async (covered: readonly string[]) => {
        const lines = [...covered, 'exec tokn refresh web --timeout 2s']
        const command = ['unshare', '-m', 'sh', '-ec', lines.join('\n')]
        return await startCommand(command, { home: world.home }).ended
      }
      const nowhere = await refresh(places)
      expect(nowhere, nowhere.err).toMatchObject({ status: 8, out: '' })
      expect(nowhere.err).toContain('there is no folder for locks that this user can write')
      expect(nowhere.err).toMatch(/^tokn: hint: .*HOME/m)
      expect(refreshes(world)).toBe(0)
      expect(world.stored()).toEqual(before)
      for (let covered = 1; covered <= 2; covered++) {
        const ended = await refresh(places.slice(0, covered))
        expect(ended, ended.err).toMatchObject({ status: 0 })
        expect(refreshes(world)).toBe(covered)
      }
    },
  )

  test('D17: who waits too long is told for whom', async () => {
    const world = await openWorld('hosterby')
    await world.login()
    world.strike({ do: 'delay', ms: 2_200, path: '/token/refresh' })
    const first = start(['refresh', 'web'], { home: world.home })
    while (!world.api.log.some(({ path }) => path === '/token/refresh')) await sleep(5)
    const ended = await world.tokn(['refresh', 'web', '--timeout', '1s'])
    expect(ended).toMatchObject({ status: 9 })
    expect(errorOf(ended)).toMatch(/process \d+/)
    expect(await first.ended).toMatchObject({ status: 0 })
    expect(refreshes(world)).toBe(1)
  })

  test('D20: a provider whose tokens are born expired is asked once, and not over and over', async () => {
    const world = await openWorld('oz')
    await world.login()
    world.api.control.expire()
    world.strike({ do: 'merge', body: { expires_in: 0, expire_at: 1, expires: 0 } })
    for (let turn = 0; turn < 3; turn++) await world.tokn(['token', 'web', '--min-ttl', '1m'])
    expect(refreshes(world)).toBeLessThanOrEqual(3)
  })

  test('D21: the last unit of a budget is not spent, whatever became of the answers', async () => {
    const world = await openWorld('mcs')
    await world.login()
    world.strike({ do: 'drop-after' })
    for (let turn = 0; turn < 12; turn++) await world.tokn(['refresh', 'web'])
    world.strike()
    const seen = world.api.log.length
    for (let turn = 0; turn < 25; turn++) {
      const { status } = await world.tokn(['refresh', 'web'])
      if (status === 0) continue
      expect(status).toBe(11)
      break
    }
    expect(world.api.log.length - seen).toBeLessThan(25)
    expect(refreshes(world)).toBeLessThan(25)
  })
})
