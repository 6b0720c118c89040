import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SandboxName } from '../../src/sandbox/server.ts'
import { makeHome, program, type Home } from '../support/home.ts'
import { startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { hasTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const day = 86_400_000
let home: Home
let servers: Servers | undefined

beforeEach(() => {
  home = makeHome()
})
afterEach(async () => {
  await servers?.close()
  servers = undefined
  home.remove()
})

/** A command as typed, with the clock that the home has. */
async function tokn(line: string, env = {}) {
  return await startCommand(['sh', '-c', `tokn ${line}`], { home, env }).ended
}

/** Logs in so long ago, in milliseconds. */
async function logInBefore(ago: number, name: SandboxName, flags = ''): Promise<void> {
  servers = await startServers([name], { clockOffsetMs: -ago })
  home.shiftClock(-ago)
  const api = servers.api(name)
  const words = [...addressOf(api), flags].join(' ')
  const ended = await tokn(`login web ${words}`, credentialsOf(api))
  expect(ended, ended.err).toMatchObject({ status: 0 })
  home.shiftClock(0)
  api.control.advance(ago)
}

const warned = () => join(home.path, 'state/tokn/warned')

/** Makes the warnings of today those of yesterday. */
function passDay(): void {
  for (const name of readdirSync(warned())) {
    renameSync(join(warned(), name), join(warned(), name.replace(/\.\d.*/, '.2020-01-01')))
  }
}

describe('the end of a session is told', () => {
  const warning = /^tokn: warning: the token of "web" ends in 8d .*; next: tokn refresh web$/m

  test('not before a tenth of its life is left', async () => {
    await logInBefore(80 * day, 'rightech', "--expires-in '90 days'")
    expect(await tokn('token web')).toMatchObject({ status: 0, err: '' })
    expect(existsSync(warned())).toBe(false)
  })

  test('once a day, whoever asks, and beside the usual answer', async () => {
    await logInBefore(81.5 * day, 'rightech', "--expires-in '90 days'")
    const first = await tokn('token web')
    expect(first.err).toMatch(warning)
    expect(first.out).toMatch(/^\S+\n$/)
    for (const line of ['token web', 'header web', 'exec web -- true', 'check web', 'token web']) {
      expect(await tokn(line)).toMatchObject({ status: 0, err: '' })
    }
    passDay()
    const again = await tokn('header web --json')
    expect(again.err).toMatch(warning)
    expect(JSON.parse(again.out)).toMatchObject({ schema: 'tokn.header/v1' })
    expect(readdirSync(warned())).toHaveLength(1)
  })

  test('never with -q, which takes nothing away from the others', async () => {
    await logInBefore(81.5 * day, 'rightech', "--expires-in '90 days'")
    expect((await tokn('token web -q')).err).toBe('')
    expect((await tokn('check web -q')).err).toBe('')
    expect((await tokn('token web')).err).toMatch(warning)
  })

  test('once, by many at a time', async () => {
    await logInBefore(81.5 * day, 'rightech', "--expires-in '90 days'")
    const all = await Promise.all(Array.from({ length: 8 }, () => tokn('token web')))
    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(0))
    expect(all.filter(({ err }) => err !== '')).toHaveLength(1)
  })

  test('not at all where that cannot be remembered; status and check say it all the same', async () => {
    await logInBefore(81.5 * day, 'rightech', "--expires-in '90 days'")
    writeFileSync(warned(), 'in the way')
    for (const line of ['token web', 'token web', 'check web']) {
      expect(await tokn(line)).toMatchObject({ status: 0, err: '' })
    }
    expect((await tokn('status')).out).toMatch(/^ {4}tokn refresh web$/m)
  })

  test('of a hoster.by key, before it comes', async () => {
    await logInBefore(360 * day, 'hosterby', '--remember')
    const api = servers?.api('hosterby')
    const status = await tokn('status --json')
    expect(JSON.parse(status.out)).toMatchObject({
      profiles: [{ state: 'expiring', credentials_kept: true, fix: 'tokn login web' }],
    })
    // The refresh that is due asks again: another refresh token may live longer.
    const first = await tokn('token web')
    expect(first.err).toMatch(
      /^tokn: warning: the refresh token that renews the session of "web" ends in 4d 23h .* so may the credentials/,
    )
    // It asks when it has answered.
    const asked = () => api?.log.filter(({ path }) => path === '/token/info/refresh').length
    await until(() => asked() === 2)
    await tokn('refresh web')
    expect(asked()).toBe(2)
    expect((await tokn('token web')).err).toBe('')
  })

  test('where the provider cannot be asked, a login says nothing of it and takes no longer', async () => {
    servers = await startServers(['hosterby'])
    const api = servers.api('hosterby')
    api.control.replaceFaults([
      { do: 'status', path: '/token/info/refresh', status: 503, body: {} },
    ])
    const ended = await tokn(`login web ${addressOf(api).join(' ')}`, credentialsOf(api))
    expect(ended.status).toBe(0)
    expect(ended.err).toMatch(/^logged in as "web"/)
    expect(ended.err).not.toMatch(/warning|error/)
  })
})

describe.skipIf(!hasTerminal())('in a terminal', () => {
  async function look(width: number, env = {}) {
    const line = `stty cols ${width} rows 50; exec ${process.execPath} ${program} status`
    const words = ['script', '--quiet', '--return', '--command', line, '/dev/null']
    const { out } = await startCommand(words, { home, env: { TERM: 'xterm', ...env } }).ended
    return out.replaceAll('\r\n', '\n')
  }

  test('it is as wide as that, and coloured where that is wanted', async () => {
    await logInBefore(81.5 * day, 'rightech', "--expires-in '90 days'")
    for (const [width, titles] of [
      [40, '  PROFILE  STATE     LIFE   LEFT'],
      [60, '  PROFILE  STATE     LIFE   LEFT    PROVIDER'],
      [80, '  PROFILE  STATE     LIFE        LEFT    PROVIDER  WHERE            STORE'],
      [140, '  PROFILE  STATE     LIFE        LEFT    PROVIDER  WHERE            STORE  KEPT'],
    ] as const) {
      const shown = await look(width)
      const lines = stripVTControlCharacters(shown).trimEnd().split('\n')
      expect(lines[0]?.replace(/WHERE +/, 'WHERE            ').trimEnd()).toBe(titles)
      expect(lines.filter((one) => one.length > width)).toEqual([])
      expect(lines.at(-1)).toBe('    tokn refresh web')
      expect(shown).toContain('\u001b[')
    }
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { TOKN_NO_COLOR: '1' }]) {
      expect(await look(80, env)).not.toContain('\u001b')
    }
  })
})

describe('what is wrong', () => {
  test('is said of each profile, and hides no other', async () => {
    await logInBefore(0, 'hosterby')
    const config = join(home.config, 'config.json')
    const document = JSON.parse(readFileSync(config, 'utf8')) as {
      profiles: Record<string, Record<string, unknown>>
    }
    const { web = {} } = document.profiles
    document.profiles['bad'] = { ...web, id: 'another0123456789', baseUrl: 'ftp://x' }
    document.profiles['out'] = { ...web, id: 'third000123456789' }
    document.profiles['none'] = 7 as never
    writeFileSync(config, JSON.stringify(document))
    chmodSync(config, 0o600)
    const { status, out } = await tokn('status --json')
    expect(status).toBe(0)
    expect((JSON.parse(out) as { profiles: object[] }).profiles).toMatchObject([
      { profile: 'bad', state: 'unknown', problem: expect.stringContaining('base URL') },
      { profile: 'none', state: 'unknown', problem: expect.stringContaining('none') },
      { profile: 'out', state: 'logged_out', fix: 'tokn login out', credentials_kept: false },
      { profile: 'web', state: 'alive', problem: null },
    ])
    expect((await tokn('status bad')).out).toContain('bad')
    expect((await tokn('status nobody')).status).toBe(3)
  })

  test('is said where what is known of a session is damaged', async () => {
    await logInBefore(0, 'hosterby')
    const index = join(home.path, 'state/tokn/index')
    const [name = ''] = readdirSync(index)
    writeFileSync(join(index, name), '{"generation":1,"obtainedAt":9007199254740991}')
    expect(JSON.parse((await tokn('status --json')).out)).toMatchObject({
      profiles: [{ state: 'unknown', credentials_kept: null, fix: 'tokn refresh web' }],
    })
    expect((await tokn('refresh web')).status).toBe(0)
    expect(JSON.parse((await tokn('status --json')).out)).toMatchObject({
      profiles: [{ state: 'alive', credentials_kept: false, problem: null }],
    })
  })

  test('is said of a refresh that got no answer', async () => {
    await logInBefore(0, 'hosterby')
    const api = servers?.api('hosterby')
    api?.control.replaceFaults([{ do: 'drop-after', path: '/token/refresh' }])
    expect((await tokn('refresh web')).status).not.toBe(0)
    const { out } = await tokn('status')
    expect(out).toMatch(/^ {4}tokn refresh web$/m)
  })
})
