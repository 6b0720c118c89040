import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openWorld, type World } from '../catalogue/world.ts'
import { addressOf, credentialsOf } from '../support/servers.ts'
import { block, changeConfig, findings, profilesOf, recordOf, storedIds } from './look.ts'

/** Logs in while `meanwhile` happens, after the request was sent and before it is answered. */
async function loginWhile(world: World, name: string, meanwhile: () => Promise<unknown>) {
  const { api } = world
  world.strike({ do: 'delay', ms: 1_500 })
  const sent = api.log.length
  const login = world.login([], name)
  while (api.log.length === sent) await delay(5)
  await meanwhile()
  const ended = await login
  world.strike()
  return ended
}

describe('logins at the same time', () => {
  test.each([2, 3, 4])('%i first ones of a name are one profile with one session', async (many) => {
    const world = await openWorld()
    world.strike({ do: 'delay', ms: 300 })
    for (const name of ['web', 'other']) {
      const ended = await Promise.all(Array.from({ length: many }, () => world.login([], name)))
      for (const one of ended) expect(one, one.err).toMatchObject({ status: 0 })
    }
    const profiles = Object.values(profilesOf(world.home))
    expect(profiles).toHaveLength(2)
    expect(storedIds(world.home).toSorted()).toEqual(profiles.map(({ id }) => id).toSorted())
    for (const name of ['web', 'other']) {
      const { out } = await world.tokn(['token', name])
      expect(world.api.state.live).toContain(out.trim())
    }
    expect(await findings(world, '--offline')).toEqual([])
  })

  test('a login that names no profile is the one of the provider each time', async () => {
    const world = await openWorld()
    const login = ['login', ...addressOf(world.api)]
    for (let turn = 0; turn < 3; turn++) {
      expect(await world.tokn(login, { env: credentialsOf(world.api) })).toMatchObject({
        status: 0,
      })
    }
    expect(storedIds(world.home)).toEqual([profilesOf(world.home)['hosterby']?.id])
  })
})

describe('while a login waits for its answer', () => {
  test('its profile is renamed: the login is that of the renamed one', async () => {
    const world = await openWorld()
    await world.login()
    const ended = await loginWhile(world, 'web', () =>
      world.tokn(['profile', 'rename', 'web', 'prod']),
    )
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.err).toContain('"web" was renamed in the meantime; this login belongs to "prod"')
    expect(ended.err).toContain('logged in as "prod"')
    expect(Object.keys(profilesOf(world.home))).toEqual(['prod'])
    expect(storedIds(world.home)).toHaveLength(1)
    const newest = world.api.state.tokens.at(-1)?.access
    expect((await world.tokn(['token', 'prod'])).out).toBe(`${newest}\n`)
  })

  test('its profile is renamed, and another one made of its name: each has its own', async () => {
    const world = await openWorld()
    await world.login()
    await loginWhile(world, 'web', async () => {
      await world.tokn(['profile', 'rename', 'web', 'prod'])
      world.strike()
      await world.login()
    })
    const { web, prod } = profilesOf(world.home)
    expect(web?.id).not.toBe(prod?.id)
    expect(storedIds(world.home)).toHaveLength(2)
    const held = [await recordOf(world.home, 'web'), await recordOf(world.home, 'prod')]
    const [, second, third] = world.api.state.tokens.map(({ access }) => access)
    expect(held.map((record) => record?.access.reveal()).toSorted()).toEqual(
      [second, third].toSorted(),
    )
  })

  test.each([
    ['logged out', [['logout', 'web']]],
    [
      'logged out and removed',
      [
        ['logout', 'web'],
        ['profile', 'remove', 'web'],
      ],
    ],
  ])('its profile is %s: the login, which ends later, stands', async (_what, commands) => {
    const world = await openWorld()
    await world.login()
    const ended = await loginWhile(world, 'web', async () => {
      for (const command of commands) expect(await world.tokn(command)).toMatchObject({ status: 0 })
    })
    expect(ended).toMatchObject({ status: 0 })
    expect((await world.tokn(['token', 'web'])).out.trim()).toBe(
      world.api.state.tokens.at(-1)?.access,
    )
    expect(storedIds(world.home)).toHaveLength(1)
    expect(await findings(world, '--offline')).toEqual([])
  })

  test('the store can be written no more: it is told, sealed, and stored later without a login', async () => {
    const world = await openWorld()
    let unblock = () => undefined as void
    const ended = await loginWhile(world, 'web', async () => {
      unblock = block(world.home.sessions)
    })
    expect(ended).toMatchObject({ status: 8 })
    expect(ended.err).toContain('the login was made, but its session could not be stored yet')
    expect(ended.err).toContain('tokn: hint: tokn doctor --fix')
    unblock()
    expect(await findings(world, '--offline')).toMatchObject([
      { id: 'login-web', status: 'warn', fix: 'tokn doctor --fix' },
    ])
    expect(await findings(world, '--offline', '--fix')).toMatchObject([
      { id: 'login-web', status: 'fixed', detail: expect.stringContaining('stored now, as "web"') },
    ])
    expect(await findings(world, '--offline')).toEqual([])
    expect((await world.tokn(['token', 'web'])).out.trim()).toBe(world.api.state.live[0])
    expect(world.api.state.counts.logins).toBe(1)
  })

  test('the profile goes elsewhere, and the process is gone: the old session is not sent there', async () => {
    const world = await openWorld()
    await world.login()
    // As a kill between the profile and the secret leaves it.
    changeConfig(world.home, (text) => text.replace(world.api.baseUrl, 'http://127.0.0.1:9'))
    const ended = await world.tokn(['token', 'web'])
    expect(ended).toMatchObject({ status: 4 })
    expect(ended.err).toContain('tokn login web')
    expect(await world.login()).toMatchObject({ status: 0 })
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })
})

describe('a login whose answer is lost', () => {
  test.each([
    ['cut off', { do: 'drop-after' }, 7, 1],
    ['unreadable', { do: 'body', body: '{"half":' }, 6, 1],
    ['without a token', { do: 'body', body: {} }, 6, 1],
    ['a refusal', { do: 'status', status: 401, body: {} }, 4, 0],
    ['an error of the server', { do: 'status', status: 500, body: {} }, 7, 0],
    ['a connection that is refused', { do: 'drop-before' }, 7, 1],
  ] as const)('%s: doctor tells what the provider may hold', async (_what, fault, status, told) => {
    const world = await openWorld()
    world.strike({ ...fault, path: '/service/account' })
    expect(await world.login()).toMatchObject({ status })
    world.strike()
    const found = await findings(world, '--offline')
    expect(found).toHaveLength(told)
    for (const { id, detail } of found) {
      expect(id).toBe('login-web')
      expect(detail).toMatch(
        /^a login of "web" was cut off at \d{4}-.*the provider may hold a session/,
      )
      expect(detail).toContain(`end it at ${world.api.baseUrl}`)
    }
    expect(await findings(world, '--offline', '--fix')).toHaveLength(told)
    expect(await findings(world, '--offline')).toEqual([])
  })
})

describe('what could not be read again is refused before the login', () => {
  const long = 'x'.repeat(4_097)
  test.each([
    ['a value of a field', 'oz', ['--set', `email=${long}`]],
    ['a user name', 'oz', ['--username', long]],
    ['a control character in a value', 'oz', ['--set', 'email=a\u0001b']],
    ['an escape in a value', 'oz', ['--username', 'a\u001b[2Jb']],
    ['a path that is too long', 'hosterby', ['--ca', `/tmp/${long}`]],
    [
      'a control character in a path',
      'hosterby',
      ['--cert', '/tmp/a\u0001', '--key', '/tmp/a\u0001'],
    ],
    ['an override that is too long', 'hosterby', ['--override', `login.request.path=/${long}`]],
    ['an override that reaches behind', 'hosterby', ['--override', '__proto__.x=1']],
    [
      'more API URLs than are read',
      'hosterby',
      Array.from({ length: 65 }, (_, i) => ['--api-url', `https://a${i}.example`]).flat(),
    ],
  ] as const)('%s', async (_what, name, flags) => {
    const world = await openWorld(name)
    const ended = await world.login([...flags])
    expect(ended.status, ended.err).toBe(2)
    expect(world.api.log).toHaveLength(0)
    expect((await world.tokn(['profile', 'list', '--json'])).out).toContain('"profiles": []')
    expect(await findings(world, '--offline')).toEqual([])
  })

  test('a file of profiles that would be too large', async () => {
    const world = await openWorld()
    await world.login()
    changeConfig(world.home, (text) => {
      const document = JSON.parse(text) as { profiles: { web: object } }
      const filled = (x: string) => {
        const filling = { ...document.profiles.web, id: 'a'.repeat(32), x }
        return JSON.stringify({ ...document, profiles: { ...document.profiles, filling } })
      }
      return filled('y'.repeat(67_108_858 - filled('').length))
    })
    const before = world.api.log.length
    const ended = await world.login([], 'new')
    expect(ended).toMatchObject({ status: 2 })
    expect(ended.err).toContain('would be larger than')
    expect(world.api.log).toHaveLength(before)
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })
})

describe('a profile that an earlier version wrote, and that cannot be read', () => {
  const damage = (text: string) =>
    text.replace('"settings": {}', `"settings": {"x": "${'y'.repeat(4_097)}"}`)

  test('is written anew by a login that says all it needs, under its own id', async () => {
    const world = await openWorld()
    await world.login()
    const { id } = profilesOf(world.home)['web']!
    changeConfig(world.home, damage)
    const token = await world.tokn(['token', 'web'])
    expect(token).toMatchObject({ status: 2 })
    expect(token.err).toContain('x is longer than 4096 characters')
    expect(token.err).toContain('tokn login web --provider PROVIDER')
    expect(await world.login()).toMatchObject({ status: 0 })
    expect(storedIds(world.home)).toEqual([id])
    expect(await world.tokn(['token', 'web'])).toMatchObject({ status: 0 })
  })

  test('is removed with its session', async () => {
    const world = await openWorld()
    await world.login()
    changeConfig(world.home, damage)
    const removed = await world.tokn(['profile', 'remove', 'web'])
    expect(removed).toMatchObject({ status: 0 })
    expect(removed.err).toContain('may still be alive at the provider')
    expect(storedIds(world.home)).toEqual([])
    expect(profilesOf(world.home)).toEqual({})
  })
})

describe('what may be lost is a warning', () => {
  const state = (world: World, ...parts: readonly string[]) =>
    join(world.home.path, 'state', 'tokn', ...parts)

  test.each([
    ['the state folder', (world: World) => block(state(world))],
    ['the index', (world: World) => block(state(world, 'index'))],
    ['the fingerprint key', (world: World) => block(join(state(world, 'fingerprint.key'), 'x'))],
    [
      'a fingerprint key of others',
      (world: World) => {
        block(state(world, 'fingerprint.key'))()
        writeFileSync(state(world, 'fingerprint.key'), 'x'.repeat(2_000), { mode: 0o666 })
      },
    ],
  ] as const)('%s', async (_what, breakIt) => {
    const world = await openWorld()
    breakIt(world)
    const login = await world.login()
    expect(login, login.err).toMatchObject({ status: 0 })
    expect(login.err).toContain('tokn: warning: ')
    expect(world.api.state.counts.logins).toBe(1)
    for (const args of [
      ['token', 'web'],
      ['token', 'web', '--json'],
      ['info', 'web'],
      ['logout', 'web'],
    ]) {
      const ended = await world.tokn(args)
      expect(ended, `${args.join(' ')}: ${ended.err}`).toMatchObject({ status: 0 })
    }
    expect(storedIds(world.home)).toEqual([])
  })
})
