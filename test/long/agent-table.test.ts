import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import type { SandboxName } from '../../src/sandbox/server.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

/** Two users who do the same: one has an agent that runs, the other has none. */
interface Side {
  readonly home: Home
  readonly servers: Servers
  tokn(words: string, env?: Environment): Promise<Ended>
  strike(api: SandboxName, ...faults: readonly Fault[]): void
  close(): Promise<void>
}

const names = ['hosterby', 'mcs', 'rightech'] as const
const apis: Readonly<Record<string, SandboxName>> = { vis: 'mcs', iot: 'rightech' }

async function openSide(): Promise<Side> {
  const home = makeHome()
  const servers = await startServers(names)
  const runtime = join(home.path, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  return {
    home,
    servers,
    tokn: async (words, env = {}) =>
      await run(splitWords(words, servers), {
        home,
        env: { XDG_RUNTIME_DIR: runtime, ...env },
      }),
    strike: (api, ...faults) => servers.api(api).control.replaceFaults(faults),
    close: async () => {
      await servers.close()
      home.remove()
    },
  }
}

/** `$HOSTERBY` is where that API is; a word in quotes may have blanks. */
function splitWords(words: string, servers: Servers): readonly string[] {
  const all = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? '',
  )
  return all.map((word) =>
    word.replace(/\$([A-Z]+)/g, (whole, name: string) => {
      const api = names.find((one) => one === name.toLowerCase())
      return api === undefined ? whole : servers.api(api).resource.url
    }),
  )
}

const minute = 60_000

/** Makes the same sessions on both sides. `old` has expired, `last` cannot be renewed, `dead` is over. */
async function prepare(side: Side): Promise<void> {
  const login = async (name: string, faults: readonly Fault[] = []) => {
    const api = side.servers.api(apis[name] ?? 'hosterby')
    side.strike(api.name, ...faults)
    const ended = await side.tokn(`login ${name} ${addressOf(api).join(' ')}`, credentialsOf(api))
    expect(ended, ended.err).toMatchObject({ status: 0 })
    side.strike(api.name)
  }
  const endingIn = (time: number): Fault => ({
    do: 'merge',
    under: 'payload',
    body: { dateExpires: new Date(Date.now() + time).toISOString() },
  })
  const refused: Fault = {
    do: 'status',
    status: 401,
    path: '/token/refresh',
    body: { httpCode: 401, statusCode: 'error', code: '401' },
  }
  for (const name of ['web', 'vis', 'iot', 'changed', 'gone', 'moved', 'out']) await login(name)
  await login('last')
  // Of a day, most of it is over.
  const almost = 22.5 * 60 * minute
  side.home.shiftClock(-almost)
  side.servers.api('rightech').control.advance(-almost)
  const api = side.servers.api('rightech')
  const before = await startCommand(['tokn', 'login', 'ends', ...addressOf(api)], {
    home: side.home,
    env: credentialsOf(api),
  }).ended
  expect(before, before.err).toMatchObject({ status: 0 })
  side.home.shiftClock(0)
  api.control.advance(almost)
  await login('old', [endingIn(1_500)])
  await login('older', [endingIn(1_500)])
  await login('dead', [endingIn(1_500)])
  await login('short', [endingIn(30 * minute)])
  side.strike('hosterby', refused)
  await side.tokn('refresh last')
  await delay(1_600)
  await side.tokn('refresh dead')
  side.strike('hosterby')
  const path = join(side.home.config, 'config.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as {
    profiles: Record<string, { baseUrl: string }>
  }
  config.profiles['changed']!.baseUrl = 'https://elsewhere.example'
  writeFileSync(path, JSON.stringify(config))
  writeFileSync(join(side.home.work, '.tokn'), 'short\n')
  mkdirSync(join(side.home.path, 'other'), { mode: 0o700 })
}

let plain: Side
let served: Side

beforeAll(async () => {
  ;[plain, served] = await Promise.all([openSide(), openSide()])
  await Promise.all([prepare(plain), prepare(served)])
  const started = await served.tokn('agent start')
  expect(started, started.err).toMatchObject({ status: 0 })
}, 120_000)

afterAll(async () => {
  await served.tokn('agent stop')
  await Promise.all([plain.close(), served.close()])
})

/** What a side printed, without what has to differ: its secrets, its places, the time of the day. */
function normal({ home, servers }: Side, text: string): string {
  let result = text
  for (const name of names) {
    const api = servers.api(name)
    api.state.tokens.forEach(({ access, refresh }, index) => {
      result = result.replaceAll(access, `<access ${name} ${index}>`)
      if (refresh !== undefined) result = result.replaceAll(refresh, `<refresh ${name} ${index}>`)
    })
    for (const url of [api.apiUrl, api.baseUrl, new URL(api.resource.url).origin]) {
      if (url !== undefined) {
        result = result.replaceAll(url, `<${name}>`).replaceAll(new URL(url).host, `<${name}>`)
      }
    }
  }
  return result
    .replaceAll(home.path, '<home>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?/g, '<time>')
    .replaceAll(/("expires_(?:in|at_epoch)": )-?\d+/g, '$1<number>')
    .replaceAll(/("fingerprint": )"[0-9a-f]{8}"/g, '$1<fingerprint>')
    .replaceAll(/\d+(?:ms|s|m|h)\b(?: \d+s)?/g, '<duration>')
    .replaceAll(/"user_id": "?\d+"?/g, '<user>')
}

async function look(side: Side, words: string, env: Environment = {}) {
  const { status, out, err } = await side.tokn(words, env)
  return { status, out: normal(side, out), err: normal(side, err) }
}

/** The same on both sides, but for who gave the token. */
async function compare(words: string, env?: Environment): Promise<Ended> {
  const [without, through] = await Promise.all([look(plain, words, env), look(served, words, env)])
  const source = /"source": "agent"/
  expect({ ...through, out: through.out.replace(source, '"source": "file"') }).toEqual(without)
  if (/"source": "file"/.test(without.out)) expect(through.out).toMatch(source)
  return through
}

const credentials = (): Environment => ({
  TOKN_PROVIDER: 'hosterby',
  TOKN_BASE_URL: 'http://127.0.0.1:1',
  TOKN_ACCESS_KEY: 'a',
  TOKN_SECRET_KEY: 'b',
})

type Case = readonly [words: string, status: number, env?: Environment]

const cases: readonly Case[] = [
  ['token web', 0],
  ['token', 0],
  ['token -P web -n', 0],
  ['token web -q', 0],
  ['token web --json', 0],
  ['token --json', 0],
  ['token web --fields token,source,generation,profile', 0],
  ['token web -o env --var WEB', 0],
  ['token web -o dotenv', 0],
  ['token web --min-ttl 1m --json', 0],
  ['token web --min-ttl 1000h', 10],
  ['token web --min-ttl 1000h --json', 10],
  ['token web --min-ttl soon', 2],
  ['token web', 10, { TOKN_MIN_TTL: '1000h' }],
  ['token web --refresh never', 0],
  ['token web --refresh sometimes', 2],
  ['token web --refresh force --json', 0],
  ['token web --json', 0],
  ['token web --id-token', 3],
  ['token web --for $HOSTERBY', 0],
  ['token web --for $RIGHTECH', 2],
  ['token web --for https://user@elsewhere.example', 2],
  ['token old --refresh never', 4],
  ['token old --refresh never --json', 4],
  ['token old --json', 0],
  ['token old --json', 0],
  ['header older', 0],
  ['token last', 0],
  ['token last --json', 0],
  ['token last -q', 0],
  ['header last --json', 0],
  ['token last --refresh force', 4],
  ['token dead', 4],
  ['token dead --json', 4],
  ['header dead', 4],
  ['exec dead -- true', 111],
  ['curl dead -- -sS $HOSTERBY', 4],
  ['token changed', 4],
  ['token changed --json', 4],
  ['token nope', 3],
  ['token nope --json', 3],
  ['token Not-A-Name', 2],
  ['token web -P iot', 2],
  ['token vis --json', 0],
  ['token iot --json', 0],
  ['header web', 0],
  ['header web --json', 0],
  ['header web -o value', 0],
  ['header web -o curl', 0],
  ['header web -o map', 0],
  ['header web -o query', 2],
  ['header iot', 0],
  ['header vis', 2],
  ['header vis -o query', 0],
  ['header vis -o map', 2],
  ["exec web -e A -- sh -c 'echo $A $TOKN_PROFILE; exit 7'", 7],
  ["exec -e A:web -e B:iot -- sh -c 'echo $A $B $TOKN_PROFILE'", 0],
  ['exec web -- no-such-program', 127],
  ['exec nope -- true', 111],
  ['curl web -- -sS $HOSTERBY', 0],
  ['curl vis -- -sS $MCS', 0],
  ['curl web -- -sS $RIGHTECH', 2],
  ['env web --shell sh', 0],
  ['env web --shell fish --json', 0],
  ['env --shell sh', 0],
  ['token web', 0, { TOKN_TOKEN: 'given' }],
  ['token web --json', 0, { TOKN_WEB_TOKEN: 'given' }],
  ['token', 0, { TOKN_SHORT_TOKEN: 'given' }],
  ['token', 0, { TOKN_PROFILE: 'web' }],
  ['token --timeout 2s', 7, credentials()],
  ['token web', 0, credentials()],
  ['token web --store keychain', 8, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }],
  ['token web', 8, { TOKN_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }],
  ['token web --store file --json', 0],
  ['token web --store nowhere', 2],
  ['token web --store memory', 4],
  ['token web --config-dir ../other', 3],
  ['token web', 3, { TOKN_CONFIG_DIR: '../other' }],
  ['token web --nonsense', 2],
  ['token web extra', 2],
]

describe('through an agent and without one', () => {
  const all = cases.map(([words, status, env = {}]) => [words, status, env] as const)
  test.each(all)('tokn %s: %i %j', async (words, status, env) => {
    const through = await compare(words, env)
    expect(through.status).toBe(status)
    if (!/^(?:token|header)\b(?!.*--refresh force)/.test(words)) return
    // What is answered before the program is loaded, the program itself answers with the same words.
    const whole = await look(served, words, { ...env, TOKN_DEBUG: 'off' })
    const settled = /("(?:refreshed)": )true/
    expect(whole).toEqual({ ...through, out: through.out.replace(settled, '$1false') })
  })

  test('a session that ends soon is told of once a day, and not where nobody wants to know', async () => {
    const told = /tokn: warning: .*"ends" ends in/
    expect((await compare('token ends -q')).err).toBe('')
    expect((await compare('token ends')).err).toMatch(told)
    expect((await compare('token ends')).err).toBe('')
    expect((await compare('header ends --json')).status).toBe(0)
  })

  test('what was done a moment ago is seen', async () => {
    for (const name of ['gone', 'moved', 'out']) {
      expect((await compare(`token ${name} --json`)).status).toBe(0)
    }
    await compare('profile rename moved there')
    expect((await compare('token moved')).status).toBe(3)
    expect((await compare('token there --json')).status).toBe(0)
    await compare('logout out')
    expect((await compare('token out')).status).toBe(4)
    await compare('logout gone')
    await compare('profile remove gone')
    expect((await compare('token gone')).status).toBe(3)
    await compare('refresh web')
    expect((await compare('token web --json')).status).toBe(0)
  })

  test.each([
    ['hosterby', 'web', { do: 'status', status: 503, body: {} }, 7],
    ['hosterby', 'web', { do: 'drop-before' }, 7],
    [
      'hosterby',
      'web',
      { do: 'status', status: 429, headers: { 'retry-after': '7' }, body: {} },
      7,
    ],
    [
      'mcs',
      'vis',
      { do: 'status', status: 403, body: { error: 'limit_exceeded', error_description: '25' } },
      11,
    ],
    // Last: its answer stays, to be read again.
    ['hosterby', 'web', { do: 'body', body: '<p>what?</p>' }, 6],
  ] as const)('the provider answers a refresh of %s: %s %j', async (api, name, fault, status) => {
    plain.strike(api, fault)
    served.strike(api, fault)
    const forced = `${name} --refresh force`
    expect((await compare(`token ${forced}`)).status).toBe(status)
    expect((await compare(`token ${forced} --json`)).status).toBe(status)
    expect((await compare(`exec ${forced} -- true`)).status).toBe(111)
    plain.strike(api)
    served.strike(api)
    expect((await compare(`token ${name} --json`)).status).toBe(0)
  })
})

describe('an agent that has no key of the store', () => {
  test('stands in the way of nobody who has', async () => {
    const closed = { TOKN_STORE_KEY: undefined }
    await served.tokn('agent stop')
    expect(await served.tokn('agent start', closed)).toMatchObject({ status: 0 })
    const [without, through] = [await look(plain, 'token web'), await look(served, 'token web')]
    expect(through).toEqual(without)
    expect((await look(served, 'token web --json')).out).toContain('"source": "file"')
    const words = ['token web', 'token web --json', 'header web', 'exec web -- true']
    for (const line of words) {
      const [alone, beside] = [await look(plain, line, closed), await look(served, line, closed)]
      expect(beside).toMatchObject({ status: alone.status, out: '' })
      expect(beside.err).toContain('what the file store has is under a key, and none is given')
    }
    // Which of the two lacks the key is told to whoever may not know of the agent.
    const { status, err } = await look(served, 'token web', closed)
    expect({ status, err }).toMatchObject({
      status: 8,
      err: expect.stringContaining('tokn: hint: tokn agent unlock\n'),
    })
  })

  test('and one that has it gives a token to those who have none', async () => {
    await served.tokn('agent stop')
    expect(await served.tokn('agent start')).toMatchObject({ status: 0 })
    for (const closed of [{ TOKN_STORE_KEY: undefined }, { TOKN_STORE_KEY: 'A'.repeat(43) }]) {
      const { status, out } = await served.tokn('token web', closed)
      expect({ status, out }).toEqual({ status: 0, out: (await served.tokn('token web')).out })
    }
    // Asked by nobody where the environment says so.
    for (const none of ['', 'off']) {
      const env = { TOKN_AGENT_SOCK: none, TOKN_STORE_KEY: undefined }
      expect(await served.tokn('token web', env)).toMatchObject({ status: 8, out: '' })
    }
  })
})

describe('a locked agent', () => {
  test('is not gone around, and stands in the way of nobody who means another one', async () => {
    writeFileSync(join(served.home.work, 'passphrase'), 'one of a lock\n', { mode: 0o600 })
    const locked = await served.tokn('agent lock --passphrase-file passphrase')
    expect(locked, locked.err).toMatchObject({ status: 0 })
    const said = 'tokn: error: the agent is locked\ntokn: hint: tokn agent unlock\n'
    for (const words of ['token web', 'token', 'token nope', 'header web', 'env web --shell sh']) {
      expect(await served.tokn(words)).toEqual({ status: 8, out: '', err: said })
    }
    expect(await served.tokn('curl web -- -sS $HOSTERBY')).toMatchObject({ status: 8, out: '' })
    expect(await served.tokn('exec web -- true')).toMatchObject({ status: 111, out: '' })
    const { err } = await served.tokn('token web --json')
    expect(JSON.parse(err)).toMatchObject({ code: 'store', hint: 'tokn agent unlock' })
    // Nothing that is no token of an agent.
    expect(await served.tokn('token web', { TOKN_AGENT_SOCK: 'off' })).toMatchObject({ status: 0 })
    expect(await served.tokn('token web', { TOKN_TOKEN: 'given' })).toMatchObject({
      out: 'given\n',
    })
    expect(await served.tokn('token web --config-dir ../other')).toMatchObject({ status: 3 })
    expect(await served.tokn('status')).toMatchObject({ status: 0 })
    const opened = await served.tokn('agent unlock --passphrase-file passphrase')
    expect(opened, opened.err).toMatchObject({ status: 0 })
    expect((await served.tokn('token web --json')).out).toContain('"source": "agent"')
  })

  test('in the way of a program of exec is, too', async () => {
    const lock = 'tokn agent lock >/dev/null 2>&1 --passphrase-file passphrase'
    const ended = await served.tokn(`exec web -- sh -c '${lock}; tokn token web'`)
    expect(ended).toMatchObject({ status: 8, out: '' })
    expect(ended.err).toContain('tokn agent unlock')
    await served.tokn('agent unlock --passphrase-file passphrase')
  })
})
