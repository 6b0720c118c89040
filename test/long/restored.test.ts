import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { journalName } from '../../src/io/files/journal-name.ts'
import type { SandboxApi, SandboxName } from '../../src/sandbox/server.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, start, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

/** What a backup has: the sessions in files, the index, the profiles. */
const places = { sessions: ['data', 'tokn'], index: ['state', 'tokn'], config: ['config', 'tokn'] }
type Place = keyof typeof places

describe('what is restored from a backup', () => {
  let home: Home
  let servers: Servers
  beforeEach(async () => {
    home = makeHome()
    servers = await startServers(['hosterby', 'mcs', 'rightech'])
  })
  afterEach(async () => {
    await servers.close()
    home.remove()
  })

  const at = (...parts: readonly string[]) => join(home.path, ...parts)
  const tokn = async (...words: readonly string[]) => await run(words, { home })

  async function logIn(name: SandboxName, ...flags: readonly string[]): Promise<SandboxApi> {
    const api = servers.api(name)
    const words = ['login', 'web', ...addressOf(api), ...flags]
    expect(await run(words, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
    return api
  }

  function backUp(): void {
    for (const parts of Object.values(places)) {
      cpSync(at(...parts), at('backup', ...parts), { recursive: true })
    }
  }

  function restore(...which: readonly Place[]): void {
    for (const place of which) {
      rmSync(at(...places[place]), { recursive: true })
      cpSync(at('backup', ...places[place]), at(...places[place]), { recursive: true })
    }
  }

  async function refreshTwice(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) {
      expect(await tokn('refresh', 'web')).toMatchObject({ status: 0 })
    }
  }

  /** The requests that a command makes the server see. */
  async function seen(api: SandboxApi, ...words: readonly string[]) {
    const before = api.log.length
    const ended = await tokn(...words)
    const requests = api.log.slice(before).map(({ method, path }) => `${method} ${path}`)
    return { ended, requests }
  }

  const refused = (ended: Ended) => {
    expect(ended).toMatchObject({ status: 4, out: '' })
    expect(ended.err).toMatch(/older copy \(generation 1, and 3 is known\)/)
    expect(ended.err).toMatch(/^tokn: hint: tokn login web$/m)
  }

  test('an older session: its refresh token is not sent, and a login mends it', async () => {
    const api = await logIn('hosterby')
    backUp()
    await refreshTwice()
    const { out: old } = await tokn('token', 'web')
    restore('sessions')
    const held = await seen(api, 'token', 'web')
    expect(held).toMatchObject({ ended: { status: 0 }, requests: [] })
    expect(held.ended.out).not.toBe(old)
    const forced = await seen(api, 'refresh', 'web')
    refused(forced.ended)
    expect(forced.requests).toEqual([])
    api.control.advance(1_200_000)
    home.shiftClock(1_200_000)
    const { ended, requests } = await seen(api, 'refresh', 'web')
    refused(ended)
    expect(requests).toEqual([])
    await logIn('hosterby')
    const { out } = await tokn('token', 'web')
    expect(api.state.live).toContain(out.trim())
    expect(await tokn('refresh', 'web')).toMatchObject({ status: 0 })
  })

  test('an older session: check says so and status after it, and neither advises what is refused', async () => {
    const api = await logIn('hosterby')
    backUp()
    await refreshTwice()
    restore('sessions')
    for (const more of [[], ['--online']]) {
      const { ended, requests } = await seen(api, 'check', 'web', ...more)
      refused(ended)
      expect(requests).toEqual([])
    }
    const { out } = await tokn('status', 'web', '--json')
    const [profile] = JSON.parse(out).profiles
    expect(profile).toMatchObject({ fix: 'tokn login web' })
    expect(profile.problem).toMatch(/older copy/)
    await logIn('hosterby')
    expect(await tokn('check', 'web')).toMatchObject({ status: 0 })
    expect(JSON.parse((await tokn('status', 'web', '--json')).out).profiles[0].problem).toBeNull()
  })

  test('an older session whose credentials are kept: a login takes its place', async () => {
    const api = await logIn('hosterby', '--remember')
    backUp()
    await refreshTwice()
    restore('sessions')
    const checked = await tokn('check', 'web')
    expect(checked).toMatchObject({ status: 10, out: '' })
    expect(checked.err).toMatch(/^tokn: hint: tokn refresh web$/m)
    const { ended, requests } = await seen(api, 'refresh', 'web')
    expect(ended).toMatchObject({ status: 0 })
    expect(requests).toEqual(['POST /service/account/create/token'])
    const { out } = await tokn('token', 'web')
    expect(api.state.live).toContain(out.trim())
    expect((await seen(api, 'refresh', 'web')).requests).toEqual(['PATCH /token/refresh'])
  })

  test('an older session of an API that issues a successor: the old token asks for none', async () => {
    const api = await logIn('rightech')
    backUp()
    await refreshTwice()
    restore('sessions')
    const { ended, requests } = await seen(api, 'refresh', 'web')
    refused(ended)
    expect(requests).toEqual([])
  })

  test('an older session whose refresh token is never replaced goes on', async () => {
    const api = await logIn('mcs')
    backUp()
    await refreshTwice()
    restore('sessions')
    expect((await seen(api, 'refresh', 'web')).ended).toMatchObject({ status: 0 })
    const { out } = await tokn('token', 'web')
    expect(api.state.live).toContain(out.trim())
  })

  test('an older index, and one that is lost: the session is the newer one, and goes on', async () => {
    const api = await logIn('hosterby')
    backUp()
    await refreshTwice()
    restore('index')
    expect((await seen(api, 'refresh', 'web')).ended).toMatchObject({ status: 0 })
    rmSync(at('state', 'tokn', 'index'), { recursive: true })
    expect((await seen(api, 'refresh', 'web')).ended).toMatchObject({ status: 0 })
    const { out } = await tokn('token', 'web')
    expect(api.state.live).toContain(out.trim())
  })

  test('an older journal is dropped: what it was about has been spent since', async () => {
    const api = await logIn('hosterby')
    const [id = ''] = readdirSync(at('state', 'tokn', 'index')).map((name) => name.slice(0, -5))
    const folder = join(userInfo().homedir, '.local', 'state', 'tokn', 'journal')
    const journal = join(folder, journalName(`file:${id}`))
    api.control.replaceFaults([{ do: 'delay', ms: 2_000, path: '/token/refresh' }])
    const before = api.log.length
    const running = start(['refresh', 'web'], { home })
    while (api.log.length === before) await sleep(5)
    const kept = readFileSync(journal)
    expect(await running.ended).toMatchObject({ status: 0 })
    api.control.replaceFaults([])
    await refreshTwice()
    writeFileSync(journal, kept, { mode: 0o600 })
    const { ended, requests } = await seen(api, 'refresh', 'web')
    expect(ended).toMatchObject({ status: 0 })
    expect(requests).toEqual(['PATCH /token/refresh'])
    expect(existsSync(journal)).toBe(false)
    const { out } = await tokn('token', 'web')
    expect(api.state.live).toContain(out.trim())
  })

  test('older profiles lead to the session of now, under the name of then', async () => {
    const api = await logIn('hosterby')
    backUp()
    await refreshTwice()
    expect(await tokn('profile', 'rename', 'web', 'other')).toMatchObject({ status: 0 })
    restore('config')
    expect((await seen(api, 'refresh', 'web')).ended).toMatchObject({ status: 0 })
    expect(await tokn('token', 'other')).toMatchObject({ status: 3, out: '' })
  })

  test('profiles from before a login: its session is found by doctor, and is not reached', async () => {
    const api = await logIn('hosterby')
    const file = at('config', 'tokn', 'config.json')
    const kept = readFileSync(file)
    writeFileSync(file, '{"version": 1, "profiles": {}}', { mode: 0o600 })
    const { ended, requests } = await seen(api, 'refresh', 'web')
    expect(ended).toMatchObject({ status: 3, out: '' })
    expect(requests).toEqual([])
    expect((await tokn('doctor', '--offline')).out).toMatch(
      /^warn +sessions: a session of profiles that are gone/m,
    )
    writeFileSync(file, kept)
    expect(await tokn('refresh', 'web')).toMatchObject({ status: 0 })
  })

  test('all of it at once: nothing here knows better, and the refusal is remembered', async () => {
    const api = await logIn('hosterby')
    backUp()
    await refreshTwice()
    restore('sessions', 'index', 'config')
    const first = await seen(api, 'refresh', 'web')
    expect(first.ended).toMatchObject({ status: 4, out: '' })
    expect(first.requests).toEqual(['PATCH /token/refresh'])
    const second = await seen(api, 'refresh', 'web')
    expect(second.ended).toMatchObject({ status: 4, out: '' })
    expect(second.requests).toEqual([])
  })
})
