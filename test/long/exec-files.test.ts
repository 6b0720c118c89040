import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requireParts } from '../support/parts.ts'
import { run, start, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { until } from '../support/until.ts'

const possible = requireParts('linux') && existsSync('/dev/shm')

/** Milliseconds that a token lives: a file gets another one when half of that is left. */
const life = 6_000

let home: Home
let servers: Servers
/** A folder in memory, of this test alone. */
let memory: string

const hosterby = () => servers.api('hosterby')

async function logIn(name: string): Promise<void> {
  const words = ['login', name, ...addressOf(hosterby())]
  const ended = await run(words, { home, env: credentialsOf(hosterby()) })
  expect(ended, ended.err).toMatchObject({ status: 0 })
}

beforeAll(async () => {
  home = makeHome()
  memory = mkdtempSync('/dev/shm/tokn-test-')
  servers = await startServers(['hosterby'], { ttlMs: life })
  mkdirSync(join(home.path, 'run'), { mode: 0o700 })
  await logIn('web')
})
beforeEach(() => hosterby().control.replaceFaults([]))
afterAll(async () => {
  await servers.close()
  rmSync(memory, { recursive: true, force: true })
  home.remove()
})

const inMemory = (): Environment => ({ XDG_RUNTIME_DIR: memory })
const exec = async (flags: readonly string[], script: string, env: Environment = {}) =>
  await run(['exec', ...flags, '--', 'sh', '-c', script], { home, env: { ...inMemory(), ...env } })
const begin = (flags: readonly string[], line: readonly string[]) =>
  start(['exec', ...flags, '--', ...line], { home, env: inMemory() })
const folders = () => readdirSync(memory).filter((name) => name.startsWith('tokn-files-'))
const fileIn = (name: string | undefined) => join(memory, name ?? 'none', 'T')
const accessTokens = () => hosterby().state.tokens.map(({ access }) => access)

async function untilThere(): Promise<void> {
  await until(() => folders().some((name) => existsSync(fileIn(name))))
}

describe.skipIf(!possible)('a file of exec --file', () => {
  test('has the token and nothing else, in a folder in memory that is closed', async () => {
    const script = 'echo "$T"; stat -c %a "$T" "$(dirname "$T")"; ls -A "$(dirname "$T")"; cat "$T"'
    const { status, out, err } = await exec(['web', '--file', 'T'], script)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const [path = '', ...rest] = out.split('\n')
    expect(path).toMatch(/^\/dev\/shm\/tokn-test-\w+\/tokn-files-\d+-\d+-\d+-[0-9a-f]{12}\/T$/)
    // No newline behind it.
    expect(rest).toEqual(['600', '700', 'T', accessTokens().at(-1)])
    expect(folders()).toEqual([])
  })

  test.each([
    ['web', '--file', 'T'],
    ['web', '--keepalive'],
  ])('has each later token hidden in the log of GitHub Actions: %s %s %s', async (...flags) => {
    const { status, err } = await exec(flags, 'sleep 7', { GITHUB_ACTIONS: 'true' })
    expect(status).toBe(0)
    const later = accessTokens().at(-1) ?? ''
    expect(err).toContain(`::add-mask::${later}\n`)
    expect(
      err.split('\n').filter((line) => line.startsWith('::add-mask::')).length,
    ).toBeGreaterThan(3)
  })

  test('is all that there is of the token, unless a variable is asked for as well', async () => {
    const alone = await exec(['web', '--file', 'T'], 'env')
    expect(alone.out).toMatch(/^T=\/dev\/shm\//m)
    expect(alone.out).toContain('TOKN_PROFILE=web\n')
    expect(alone.out).not.toContain('TOKN_ACCESS_TOKEN')
    expect(alone.out).not.toContain('TOKN_EXPIRES_AT')
    expect(alone.out).not.toContain(accessTokens().at(-1))
    const both = await exec(['web', '-e', 'V', '--file', 'T'], 'test "$V" = "$(cat "$T")"')
    expect(both).toEqual({ status: 0, out: '', err: '' })
  })

  test('is one for each variable, each of its profile', async () => {
    await logIn('second')
    const script = 'cat "$A"; echo; cat "$B"; test "$(dirname "$A")" = "$(dirname "$B")"'
    const { status, out } = await exec(['--file', 'A:web', '--file', 'B:second'], script)
    expect(status).toBe(0)
    const own = accessTokens().slice(-2)
    expect(out.split('\n')).toEqual(own)
  })

  test('is in /dev/shm where XDG_RUNTIME_DIR is on a disk, or is not ours alone', async () => {
    const open = join(memory, 'open')
    mkdirSync(open, { mode: 0o755 })
    for (const runtime of [join(home.path, 'run'), open, undefined]) {
      const { out } = await exec(['web', '--file', 'T'], 'echo "$T"', { XDG_RUNTIME_DIR: runtime })
      expect(out).toMatch(/^\/dev\/shm\/tokn-files-/)
      expect(existsSync(out.trim())).toBe(false)
    }
  })

  test.each([
    [['-e', 'A', '-e', 'A:web'], 'the variable A is given twice'],
    [['-e', 'A', '--file', 'A'], 'the variable A is given twice'],
    [['--file', 'TOKN_AGENT_SOCK'], 'tokn exec sets the variable TOKN_AGENT_SOCK itself'],
    [['-e', 'TOKN_PROFILE'], 'tokn exec sets the variable TOKN_PROFILE itself'],
    [['--file', 'a b'], '--file "a b" is not a name for a variable'],
    [['--file', 'A', '--refresh', 'never'], '--file keeps a session fresh, and --refresh never'],
    [['--keepalive', '--refresh', 'never'], '--keepalive keeps a session fresh, and --refresh'],
  ])('%j is refused, and nothing starts', async (flags, message) => {
    const ended = await exec(['web', ...flags], 'echo ran')
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(ended.err).toContain(`tokn: error: ${message}`)
  })

  test.skipIf(!requireParts('mount namespace'))(
    'is nowhere where there is no room in memory, and nothing starts',
    async () => {
      // A memory of which nothing can be written to, one that is full, and a disk.
      const places = [
        'mount -t tmpfs -o ro none /dev/shm',
        'mount -t tmpfs -o size=4k none /dev/shm; head -c 4096 /dev/zero >/dev/shm/full',
        `mount --bind '${home.work}' /dev/shm`,
      ]
      const messages = ['read-only', 'no space left', 'there is no place in memory for a file']
      for (const [index, place] of places.entries()) {
        const line = `${place}; tokn exec web --file T -- echo ran; code=$?; ls -A /dev/shm; exit $code`
        const words = ['unshare', '--mount', 'sh', '-c', line]
        const ended = await startCommand(words, { home }).ended
        expect(ended.status, ended.err).toBe(111)
        expect(ended.out).toBe(index === 1 ? 'full\n' : '')
        expect(ended.err).toContain('tokn: error: no token for the program: ')
        expect(ended.err).toContain(messages[index])
      }
    },
  )

  test('nothing starts where one of several profiles fails, and nothing is left', async () => {
    const ended = await exec(['--file', 'A:web', '-e', 'B:nobody'], 'echo ran')
    expect(ended).toMatchObject({ status: 111, out: '' })
    expect(ended.err).toContain('no token for the program: there is no profile "nobody"')
    expect(folders()).toEqual([])
  })
})

describe.skipIf(!possible)('while the program runs, its file', () => {
  test('follows what another command has got', async () => {
    const script = `
      cp "$T" before
      TOKN_STORE_KEY=$KEY tokn refresh web -q
      for i in $(seq 100); do cmp -s "$T" before || break; sleep 0.1; done
      TOKN_STORE_KEY=$KEY tokn token web -n | cmp - "$T"`
    const env = { KEY: home.environment['TOKN_STORE_KEY'] }
    expect(await exec(['web', '--file', 'T'], script, env)).toEqual({ status: 0, out: '', err: '' })
  })

  test('of a token that a variable gives is that token', async () => {
    const { out, err } = await exec(['web', '--file', 'T'], 'cat "$T"', { TOKN_TOKEN: 'given' })
    expect({ out, err }).toEqual({ out: 'given', err: '' })
  })
})

describe.skipIf(!possible)('with the program, its file goes', () => {
  test('however that ends', async () => {
    for (const [script, status] of [
      ['exit 0', 0],
      ['exit 3', 3],
      ['kill -KILL $$', 137],
      ['rm -rf "$(dirname "$T")"', 0],
      ['chmod 0 "$(dirname "$T")"', 0],
    ] as const) {
      expect({ script, ...(await exec(['web', '--file', 'T'], script)) }).toMatchObject({ status })
      expect(folders(), script).toEqual([])
    }
    const none = await run(['exec', 'web', '--file', 'T', '--', './none'], {
      home,
      env: inMemory(),
    })
    expect(none.status).toBe(127)
    expect(folders()).toEqual([])
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const)(
    'also by %s to us',
    async (signal) => {
      const { child, ended } = begin(['web', '--file', 'T'], ['sleep', '60'])
      await untilThere()
      child.kill(signal)
      const { status } = await ended
      // By the signal itself, where the program had not started yet.
      expect(status === -1 || status > 128).toBe(true)
      expect(folders()).toEqual([])
    },
  )

  const leave = async () => {
    const { child, ended } = begin(['web', '--file', 'T'], ['sleep', '60'])
    await untilThere()
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
    expect(folders()).toHaveLength(1)
  }

  test('what we leave when we are killed, the next exec removes, whatever it is for', async () => {
    await leave()
    // One that runs is left alone, as is what is not ours to judge.
    const { child, ended } = begin(['web', '--file', 'T'], ['sleep', '60'])
    await until(() => folders().length === 2 || folders().some((name) => existsSync(fileIn(name))))
    const odd = ['tokn-files-x', 'tokn-files-1-2-3-of-another-namespace', 'tokn-files-999999999']
    for (const name of odd) writeFileSync(join(memory, name), '')
    await until(() => folders().some((name) => name.includes(`-${child.pid}-`)))
    await exec(['web'], 'sleep 0.5')
    const rest = folders().filter((name) => !odd.includes(name))
    expect(rest.map((name) => name.split('-')[2])).toEqual([String(child.pid)])
    child.kill()
    await ended
    for (const name of odd) rmSync(join(memory, name))
    expect(folders()).toEqual([])
  })

  test('or doctor says it, and removes it', async () => {
    await leave()
    const doctor = async (...flags: string[]): Promise<Ended> =>
      await run(['doctor', '--offline', ...flags], { home, env: inMemory() })
    const said = await doctor()
    expect(said.out).toContain('a folder with tokens in ')
    expect(said.out).toContain('that a killed tokn exec has left')
    expect(folders()).toHaveLength(1)
    expect((await doctor('--fix')).out).toContain('has left: removed')
    expect(folders()).toEqual([])
  })
})

/** A session that is in memory alone. */
const fromVariables = (): Environment => ({
  ...credentialsOf(hosterby()),
  TOKN_PROVIDER: 'hosterby',
  TOKN_BASE_URL: hosterby().baseUrl,
})

/** Longer than the tokens live. */
const long = `sleep ${(life * 1.75) / 1_000}; echo on`

describe.skipIf(!possible)(
  'while the program runs for long, its file',
  { concurrent: true },
  () => {
    test('is replaced before its token ends, and no reader sees less than a token', async ({
      expect,
    }) => {
      await logIn('reader')
      const reader = `
      const { readFileSync, statSync } = require('node:fs')
      const seen = new Map(), end = Date.now() + ${1.5 * life}
      while (Date.now() < end) {
        const text = readFileSync(process.env.T, 'latin1')
        const first = seen.get(text) ?? { at: Date.now(), inode: statSync(process.env.T).ino }
        seen.set(text, { ...first, last: Date.now() })
      }
      console.log(JSON.stringify([...seen]))
    `
      const ended = begin(['reader', '--file', 'T'], [process.execPath, '-e', reader])
      const { status, out, err } = await ended.ended
      expect({ status, err }).toEqual({ status: 0, err: '' })
      const seen = JSON.parse(out) as Array<[string, { last: number; inode: number }]>
      expect(seen.length).toBeGreaterThanOrEqual(3)
      expect(new Set(seen.map(([, { inode }]) => inode)).size).toBe(seen.length)
      for (const [text, { last }] of seen) {
        const made = hosterby().state.tokens.find(({ access }) => access === text)
        expect(made, 'what was read is a token').toBeDefined()
        expect(last).toBeLessThan(made?.expiresAt ?? 0)
      }
    })

    test('of several that are kept at once is renewed by one refresh', async ({ expect }) => {
      await logIn('several')
      const script = 'cp "$T" "$N"; while cmp -s "$T" "$N"; do sleep 0.2; done; cat "$T"'
      const all = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => exec(['several', '--file', 'T'], script, { N: name })),
      )
      const { out } = await run(['token', 'several', '--json'], { home })
      const { token, generation } = JSON.parse(out) as { token: string; generation: number }
      for (const ended of all) expect(ended).toEqual({ status: 0, out: token, err: '' })
      expect(generation).toBe(2)
    })

    test('is that of a session in memory, too', async ({ expect }) => {
      const script =
        'cp "$T" own; while cmp -s "$T" own; do sleep 0.2; done; cat own; echo; cat "$T"'
      const { status, out, err } = await exec(['--file', 'T', '-e', 'V'], script, fromVariables())
      expect({ status, err }).toEqual({ status: 0, err: '' })
      const [first = '', second = ''] = out.split('\n')
      expect(first).not.toBe(second)
      expect(accessTokens()).toEqual(expect.arrayContaining([first, second]))
    })

    test('is not needed for --keepalive, which renews what nobody asks for', async ({ expect }) => {
      for (const name of ['idle', 'kept']) await logIn(name)
      const all = await Promise.all([
        exec(['idle'], long),
        exec(['kept', '--keepalive'], long),
        exec(['kept', '--keepalive', '--file', 'T'], long),
        exec(['kept', '--keepalive', '--file', 'T'], long),
        exec(['--keepalive', '-e', 'V'], long, fromVariables()),
      ])
      for (const ended of all) expect(ended).toEqual({ status: 0, out: 'on\n', err: '' })
      const check = async (name: string) => (await run(['check', name], { home })).status
      expect([await check('idle'), await check('kept')]).toEqual([10, 0])
      // One refresh for each need, however many there are.
      const { out } = await run(['token', 'kept', '--refresh', 'never', '--json'], { home })
      const { generation } = JSON.parse(out) as { generation: number }
      expect(generation).toBeGreaterThanOrEqual(3)
      expect(generation).toBeLessThanOrEqual(6)
    })
  },
)

test.skipIf(!possible)(
  'where no token can be had, a file stays until its token ends, and each is told once',
  async () => {
    for (const name of ['web', 'failing']) await logIn(name)
    const { child, ended } = begin(['web', '--file', 'T'], ['sleep', '60'])
    await untilThere()
    hosterby().control.replaceFaults([{ path: '/token/refresh', do: 'status', status: 503 }])
    const failing = exec(['failing', '--keepalive'], 'sleep 5; echo on')
    const [folder] = folders()
    const token = readFileSync(fileIn(folder), 'utf8')
    const end = hosterby().state.tokens.find(({ access }) => access === token)?.expiresAt ?? 0
    while (existsSync(fileIn(folder))) {
      expect(readFileSync(fileIn(folder), 'utf8')).toBe(token)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    // The API tells its end in whole seconds.
    expect(Date.now()).toBeGreaterThan(end - 1_000)
    expect(child.exitCode).toBeNull()
    const { out, err: alive } = await failing
    expect(out).toBe('on\n')
    expect(alive.match(/the session of "failing" is not kept alive/g)).toHaveLength(1)
    hosterby().control.replaceFaults([])
    // It was tried again all the time, less and less often.
    await until(() => existsSync(fileIn(folder)))
    expect(readFileSync(fileIn(folder), 'utf8')).not.toBe(token)
    child.kill('SIGTERM')
    const { status, err } = await ended
    expect(status).toBe(143)
    const told = err.split('\n').filter((line) => line.includes('the token of "web" in '))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^tokn: warning: .*\/T cannot be replaced: /)
  },
  90_000,
)

test('a token without what renews it is not kept alive, which is told at once', async () => {
  const { out, err } = await exec(['--keepalive'], 'echo on', { TOKN_TOKEN: 'given' })
  expect(out).toBe('on\n')
  expect(err).toContain('is not kept alive: nothing is held that renews it')
})
