import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openFiles } from '../../src/io/files/files.ts'
import { journalName } from '../../src/io/files/journal-name.ts'
import { createLock } from '../../src/io/files/lock.ts'
import { intentPrefix } from '../../src/session/unfinished/intent.ts'
import { openWorld, type World } from '../catalogue/world.ts'
import { start } from '../support/run.ts'
import { addressOf, credentialsOf } from '../support/servers.ts'
import {
  block,
  changeConfig,
  findings,
  profilesOf,
  recordOf,
  removeSession,
  storedIds,
} from './look.ts'

const indexed = ({ home }: World) => readdirSync(join(home.path, 'state/tokn/index')).length

/** As a hand that edits the file does it. */
const dropProfile = ({ home }: World, name: string) =>
  changeConfig(home, (text) => {
    const document = JSON.parse(text) as { profiles: Record<string, unknown> }
    delete document.profiles[name]
    return JSON.stringify(document)
  })

describe('sessions that no profile reaches', () => {
  test('are erased where they are of this configuration', async () => {
    const world = await openWorld()
    for (const name of ['web', 'gone', 'lost']) await world.login([], name)
    dropProfile(world, 'gone')
    dropProfile(world, 'lost')
    const told = {
      id: 'sessions',
      detail: expect.stringContaining('2 sessions of profiles that are gone'),
    }
    expect(await findings(world, '--offline')).toMatchObject([
      { ...told, status: 'warn', fix: 'tokn doctor --fix' },
    ])
    expect(storedIds(world.home)).toHaveLength(3)
    expect(await findings(world, '--offline', '--fix')).toMatchObject([
      { ...told, status: 'fixed' },
    ])
    expect(storedIds(world.home)).toEqual([profilesOf(world.home)['web']?.id])
    expect(indexed(world)).toBe(1)
    expect(await findings(world, '--offline')).toEqual([])
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })

  test.each([
    ['of another configuration', (): void => undefined],
    ['of one whose file is lost', ({ home }: World) => rmSync(join(home.config, 'config.json'))],
    ['of one that is empty by now', (world: World) => dropProfile(world, 'web')],
    [
      'of nobody knows whom',
      (world: World) => {
        rmSync(join(world.home.path, 'state'), { recursive: true })
        dropProfile(world, 'web')
      },
    ],
    [
      'of a profile that is damaged',
      ({ home }: World) => changeConfig(home, (text) => text.replace(/"id": "[^"]*"/, '"id": "?"')),
    ],
  ] as const)('are never erased where they are %s', async (_what, change) => {
    const world = await openWorld()
    await world.login()
    const args = ['login', 'other', ...addressOf(world.api), '--config-dir', './elsewhere']
    expect(await world.tokn(args, { env: credentialsOf(world.api) })).toMatchObject({ status: 0 })
    change(world)
    const before = storedIds(world.home)
    expect(before).toHaveLength(2)
    for (const flags of [[], ['--config-dir', './elsewhere'], ['--config-dir', './nothing']]) {
      await findings(world, '--offline', '--fix', ...flags)
      expect(storedIds(world.home)).toEqual(before)
    }
    const other = ['token', 'other', '--config-dir', './elsewhere']
    expect(await world.tokn(other)).toMatchObject({ status: 0 })
  })

  test('are missed where they are gone from their store', async () => {
    const world = await openWorld()
    await world.login()
    await world.login([], 'other')
    expect(await findings(world, '--offline')).toEqual([])
    removeSession(world.home, profilesOf(world.home)['other']?.id ?? '')
    expect(await findings(world, '--offline')).toMatchObject([
      { id: 'session-other', status: 'warn', fix: 'tokn login other' },
    ])
    // As a logout leaves it that was cut off after the store and before the index.
    expect(await findings(world, '--offline', '--fix')).toMatchObject([
      { id: 'session-other', status: 'fixed' },
    ])
    expect(await findings(world, '--offline')).toEqual([])
    expect(await world.tokn(['token', 'other'])).toMatchObject({ status: 4 })
    expect(await world.tokn(['token'])).toMatchObject({ status: 0 })
  })

  test('are kept where they may be all that there is of a profile that says another store', async () => {
    const world = await openWorld()
    await world.login()
    await world.login([], 'moved')
    const { moved } = profilesOf(world.home)
    changeConfig(world.home, (text) => {
      const document = JSON.parse(text) as { profiles: { moved: object } }
      const profiles = {
        ...document.profiles,
        moved: { ...document.profiles.moved, store: 'memory' },
      }
      return JSON.stringify({ ...document, profiles })
    })
    expect(await findings(world, '--offline')).toMatchObject([
      { id: 'session-moved', status: 'warn' },
    ])
    expect(await findings(world, '--offline', '--fix')).toMatchObject([
      { id: 'session-moved', status: 'warn', fix: 'tokn login moved' },
    ])
    expect(storedIds(world.home)).toContain(moved?.id)
  })
})

describe('profiles that share a session', () => {
  const share = (world: World) =>
    changeConfig(world.home, (text) => {
      const document = JSON.parse(text) as { profiles: { web: object } }
      const profiles = { ...document.profiles, twin: document.profiles.web }
      return JSON.stringify({ ...document, profiles })
    })

  test('are told apart', async () => {
    const world = await openWorld()
    await world.login()
    share(world)
    expect(await findings(world, '--offline')).toMatchObject([
      { id: expect.stringMatching(/^profile-/), status: 'warn' },
    ])
    expect(await findings(world, '--offline', '--fix')).toMatchObject([{ status: 'fixed' }])
    expect(await findings(world, '--offline')).toEqual([])
    const { web, twin } = profilesOf(world.home)
    expect(web?.id).not.toBe(twin?.id)
    expect(
      [
        (await world.tokn(['token', 'web'])).status,
        (await world.tokn(['token', 'twin'])).status,
      ].toSorted(),
    ).toEqual([0, 4])
  })

  test('leave it to each other when one is removed', async () => {
    const world = await openWorld()
    await world.login()
    share(world)
    expect(await world.tokn(['profile', 'remove', 'twin'])).toMatchObject({ status: 0 })
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })
})

describe('a login that was cut off', () => {
  /** A login that is killed while its answer is awaited. */
  async function cutOff(world: World, name: string): Promise<void> {
    world.strike({ do: 'delay', ms: 2_000 })
    const sent = world.api.log.length
    const env = credentialsOf(world.api)
    const running = start(['login', name, ...addressOf(world.api)], { home: world.home, env })
    while (world.api.log.length === sent) await delay(5)
    running.child.kill('SIGKILL')
    await running.ended
    world.strike()
  }

  /** A login that was answered, and whose session could not be stored. */
  async function answeredInVain(world: World, name: string): Promise<void> {
    world.strike({ do: 'delay', ms: 1_500 })
    const sent = world.api.log.length
    const running = world.login([], name)
    while (world.api.log.length === sent) await delay(5)
    const unblock = block(world.home.sessions)
    expect(await running).toMatchObject({ status: 8 })
    unblock()
    world.strike()
  }

  test('is told of until doctor has cleared it, whatever other logins there are', async () => {
    const world = await openWorld()
    await world.login()
    await cutOff(world, 'web')
    await cutOff(world, 'new')
    await world.login()
    expect((await findings(world, '--offline')).map(({ id }) => id).toSorted()).toEqual([
      'login-new',
      'login-web',
    ])
    expect(await findings(world, '--offline', '--config-dir', './elsewhere')).toMatchObject([
      { status: 'skip' },
    ])
    await findings(world, '--offline', '--fix', '--config-dir', './elsewhere')
    expect(await findings(world, '--offline')).toHaveLength(2)
    await findings(world, '--offline', '--fix')
    expect(await findings(world, '--offline')).toEqual([])
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })

  test('is none while it goes on', async () => {
    const world = await openWorld()
    world.strike({ do: 'delay', ms: 4_000 })
    const sent = world.api.log.length
    const running = world.login()
    while (world.api.log.length === sent) await delay(5)
    expect(await findings(world, '--offline', '--fix')).toEqual([])
    expect(await running).toMatchObject({ status: 0 })
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })

  test('does not undo the logins after it', async () => {
    const world = await openWorld()
    await answeredInVain(world, 'web')
    await world.login()
    const newest = world.api.state.tokens.at(-1)?.access
    expect(await findings(world, '--offline', '--fix')).toMatchObject([
      { id: 'login-web', status: 'fixed', detail: expect.stringContaining('another login since') },
    ])
    expect((await recordOf(world.home, 'web'))?.access.reveal()).toBe(newest)
    expect(storedIds(world.home)).toHaveLength(1)
  })

  test('does not undo a logout, or the removal of its profile', async () => {
    const world = await openWorld()
    await world.login()
    await answeredInVain(world, 'web')
    await world.tokn(['logout', 'web'])
    await world.tokn(['profile', 'remove', 'web'])
    expect(await findings(world, '--offline', '--fix')).toMatchObject([
      { id: 'login-web', status: 'fixed', detail: expect.stringContaining('may hold a session') },
    ])
    expect(profilesOf(world.home)).toEqual({})
    expect(storedIds(world.home)).toEqual([])
  })

  test('before anything was sent is cleared by the next login, without a word', async () => {
    const world = await openWorld()
    await world.login()
    const common = join(homedir(), '.local/state/tokn')
    const lock = createLock({
      directory: join(common, 'locks'),
      files: openFiles(),
      command: 'test',
    })
    const held = await lock(`file:${profilesOf(world.home)['web']?.id}`, 1_000)
    const configuration = `${hostname()}:${join(world.home.config, 'config.json')}`
    const mark = encodeURIComponent(intentPrefix({ configuration }))
    const marks = () => readdirSync(join(common, 'marks')).filter((name) => name.startsWith(mark))
    const env = credentialsOf(world.api)
    const running = start(['login', 'web', ...addressOf(world.api)], { home: world.home, env })
    while (marks().length === 0) await delay(5)
    await delay(100)
    running.child.kill('SIGKILL')
    await running.ended
    await held.release()
    expect(world.api.state.counts.logins).toBe(1)
    expect(await findings(world, '--offline')).toMatchObject([
      { id: 'login-web', detail: expect.stringContaining('before anything was sent') },
    ])
    expect(await world.login([], 'next')).toMatchObject({ status: 0 })
    expect(await findings(world, '--offline')).toEqual([])
    expect(marks()).toEqual([])
    expect(storedIds(world.home)).toHaveLength(2)
  })
})

test('a journal that cannot be read is told of, and hides nothing else', async () => {
  const world = await openWorld()
  await world.login()
  const id = profilesOf(world.home)['web']?.id ?? ''
  const path = join(homedir(), '.local/state/tokn/journal', journalName(`file:${id}`))
  writeFileSync(path, 'x', { mode: 0o600 })
  chmodSync(path, 0o666)
  const ended = await world.tokn(['doctor', '--offline', '--'])
  rmSync(path)
  expect(ended.out).toContain('journal-web: refusing')
  expect(ended.out).toContain('provider-web: not contacted')
})
