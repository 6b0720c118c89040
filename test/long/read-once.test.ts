import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const minute = 60_000
const bash = requirePart('bash') && requirePart('mkfifo')

let home: Home
let servers: Servers
beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby', 'oz'], { ttlMs: 30 * minute })
})
afterEach(async () => {
  await servers.close()
  home.remove()
})

/** Ways to name what gives its value but once: `@file` has it, and `@variable` is to name it. */
const ways: Readonly<Record<string, string>> = {
  'a process substitution': '@variable=<(cat @file) exec @command',
  'a descriptor': 'exec 7< <(cat @file); @variable=/dev/fd/7 exec @command',
  'a descriptor by its other name': 'exec 9< <(cat @file); @variable=/proc/self/fd/9 exec @command',
  'standard input': 'cat @file | @variable=/dev/stdin @command',
  'standard input by its number': 'cat @file | @variable=/dev/fd/0 @command',
  'standard input by a dash': 'cat @file | @variable=- @command',
  'a slow one': '@variable=<(sleep 0.5; cat @file) exec @command',
  'a named pipe': 'mkfifo p; cat @file > p & @variable=p exec @command',
  'a named pipe that is opened late': 'mkfifo p; (sleep 0.7; cat @file > p) & @variable=p @command',
}

/** Runs a command that gets a variable by way of a file. */
async function runWith(
  way: string,
  given: Readonly<Record<string, string>>,
  command: string,
  env: Environment = {},
): Promise<Ended> {
  const [[variable = '', value = ''] = []] = Object.entries(given)
  const file = join(home.path, 'value')
  writeFileSync(file, `${value}\n`)
  const script = way
    .replaceAll('@file', file)
    .replaceAll('@variable', `${variable}_FILE`)
    .replaceAll('@command', command)
  const all = { [variable]: undefined, TOKN_STORE_KEY: undefined, ...env }
  return await startCommand(['bash', '-c', script], { home, env: all }).ended
}

async function login(env: Environment = {}, name: 'hosterby' | 'oz' = 'hosterby') {
  const api = servers.api(name)
  const ended = await run(['login', 'web', ...addressOf(api)], {
    home,
    env: { ...credentialsOf(api), ...env },
  })
  expect(ended, ended.err).toMatchObject({ status: 0 })
}

function pass(time: number): void {
  home.shiftClock(time)
  servers.api('hosterby').control.advance(time)
}

const key = () => ({ TOKN_STORE_KEY: home.environment['TOKN_STORE_KEY'] ?? '' })

describe.skipIf(!bash)('a secret is read once per command, from', () => {
  for (const [name, way] of Object.entries(ways)) {
    test(`${name}: the key of the store, by a command that refreshes`, async () => {
      await login()
      pass(40 * minute)
      const ended = await runWith(way, key(), 'tokn token web')
      expect(ended, ended.err).toMatchObject({ status: 0, err: '' })
      expect(servers.api('hosterby').state.live).toEqual([ended.out.trim()])
      expect(servers.api('hosterby').state.counts.refreshes).toBe(1)
    })
  }

  const substitution = ways['a process substitution'] ?? ''
  test.each(['refresh web', 'refresh --all', 'exec web -e T -- true', 'header web', 'info web'])(
    'a pipe, by tokn %s',
    async (args) => {
      await login()
      pass(40 * minute)
      const ended = await runWith(substitution, key(), `tokn ${args}`)
      expect(ended, ended.err).toMatchObject({ status: 0 })
      expect(servers.api('hosterby').state.counts.refreshes).toBe(1)
    },
  )

  test('a pipe, when it is a passphrase', async () => {
    const passphrase = { TOKN_PASSPHRASE: 'correct horse' }
    await login({ ...passphrase, TOKN_STORE_KEY: undefined })
    pass(40 * minute)
    const ended = await runWith(substitution, passphrase, 'tokn token web')
    expect(ended, ended.err).toMatchObject({ status: 0 })
    expect(servers.api('hosterby').state.live).toEqual([ended.out.trim()])
  })

  test('a pipe, when it is a token', async () => {
    for (const variable of ['TOKN_TOKEN', 'TOKN_WEB_TOKEN']) {
      for (const command of ['tokn token web', 'tokn exec web -e T -- sh -c "echo \\$T"']) {
        const ended = await runWith(substitution, { [variable]: 'abcdef' }, command)
        expect(ended, ended.err).toMatchObject({ status: 0, out: 'abcdef\n' })
      }
    }
  })

  test('several pipes, by a login', async () => {
    const api = servers.api('hosterby')
    const { TOKN_ACCESS_KEY = '', TOKN_SECRET_KEY = '' } = credentialsOf(api)
    const other = `TOKN_ACCESS_KEY_FILE=<(echo ${TOKN_ACCESS_KEY}) ${substitution}`
    const command = `tokn login web ${addressOf(api).join(' ')}`
    const ended = await runWith(other, { TOKN_SECRET_KEY }, command, key())
    expect(ended, ended.err).toMatchObject({ status: 0 })
    expect(api.state.counts.logins).toBe(1)
  })

  test('a pipe that says nothing, within seconds', async () => {
    await login()
    for (const way of ['@variable=<(true) @command', 'mkfifo p; @variable=p @command']) {
      const ended = await runWith(way, key(), 'tokn token web')
      expect(ended).toMatchObject({ status: 2, out: '' })
      expect(ended.err).toContain('the file of TOKN_STORE_KEY_FILE is empty')
    }
  })

  test('a pipe, when the process that refreshes is killed and another goes on', async () => {
    await login({}, 'oz')
    const api = servers.api('oz')
    api.control.replaceFaults([{ do: 'delay', ms: 700, times: 1, path: '/api/authorize/refresh/' }])
    const running = runWith(substitution, key(), 'tokn token web --refresh force')
    while (!api.log.some(({ path }) => path === '/api/authorize/refresh/')) await sleep(5)
    const killed = refreshers()
    for (const pid of killed) process.kill(pid, 'SIGKILL')
    const ended = await running
    expect(killed).toHaveLength(1)
    expect(ended, ended.err).toMatchObject({ status: 0 })
    expect(api.state.live).toContain(ended.out.trim())
  })
})

describe('standard input as it comes from another program', () => {
  test('is read where it is a socket, too', async () => {
    await login()
    pass(40 * minute)
    const env = { TOKN_STORE_KEY: undefined, TOKN_STORE_KEY_FILE: '/dev/stdin' }
    const input = `${key().TOKN_STORE_KEY}\n`
    const line = ['tokn', 'token', 'web']
    const ended = await startCommand(line, { home, env, input }).ended
    expect(ended, ended.err).toMatchObject({ status: 0 })
    expect(servers.api('hosterby').state.live).toEqual([ended.out.trim()])
  })

  test('is nothing to wait for where there is none', async () => {
    await login()
    const env = { TOKN_STORE_KEY: undefined, TOKN_STORE_KEY_FILE: '/dev/stdin' }
    const ended = await start(['token', 'web'], { home, env }).ended
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toContain('not a file that can be read: /dev/stdin')
  })
})

/** Processes that refresh for this home. */
function refreshers(): readonly number[] {
  const read = (pid: string, what: string) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'utf8')
    } catch {
      return ''
    }
  }
  return readdirSync('/proc')
    .filter((pid) => /^[0-9]+$/.test(pid))
    .filter((pid) => read(pid, 'cmdline').includes('__refresher'))
    .filter((pid) => read(pid, 'environ').includes(`${home.path}/`))
    .map(Number)
}
