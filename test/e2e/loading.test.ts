import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { takesKeptCode } from '../support/kept-code.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const recorder = join(import.meta.dirname, '../support/record-loads.cjs')
const dist = join(program, '../../dist')

let home: Home
let servers: Servers

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  const api = servers.api('hosterby')
  const env = credentialsOf(api)
  const ended = await run(['login', 'web', ...addressOf(api)], { home, env })
  expect(ended, ended.err).toMatchObject({ status: 0 })
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

/** What a command loads: files, the packages that are in them, and where it connects to. */
async function loadsOf(args: readonly string[], env = {}) {
  const target = join(home.path, 'loads.json')
  const options = { home, env: { ...env, LOADS_FILE: target }, node: ['--require', recorder] }
  const ended = await run(args, options)
  const { files, connections, looks, opened, users, kept } = JSON.parse(
    readFileSync(target, 'utf8'),
  ) as {
    kept: string[]
    files: string[]
    connections: string[]
    looks: string[]
    opened: string[]
    users: number
  }
  const ours = files.filter((path) => path.startsWith(dist))
  // The bundler names, above each part of a chunk, the file that it comes from.
  const bundled = ours.flatMap((path) => [
    ...readFileSync(path, 'utf8').matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm),
  ])
  const required = files.flatMap((path) => [
    ...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g),
  ])
  const packages = [...new Set([...bundled, ...required].map(([, name = '']) => name))].sort()
  const bytes = ours.reduce((all, path) => all + statSync(path).size, 0)
  return { ...ended, files, ours, bytes, packages, connections, looks, opened, users, kept }
}

describe('a good token is handed out by little', () => {
  // The entry, what every start has, and the store: of no size that nobody has noticed.
  const token = { most: 3, bytes: 176_000 }
  // Besides: the fingerprint, the fields that there are, a shell, a child, a request by curl.
  const json = { most: 4, bytes: 177_000 }
  for (const [args, { most, bytes, loads }] of [
    [['token', 'web'], token],
    [['token'], token],
    [['token', 'web', '--min-ttl', '1m', '-n'], token],
    [['token', 'web', '--store', 'file', '--timeout', '5s', '--no-input'], token],
    [['header', 'web'], token],
    [['header', 'web', '-o', 'curl'], token],
    [['token', 'web', '--json'], json],
    [['header', 'web', '--json'], token],
    [['token', 'web', '--fields', 'token'], { most: 6, bytes: 186_000 }],
    [['env', 'web', '--shell', 'sh'], { most: 4, bytes: 179_000 }],
    [
      ['exec', 'web', '--', 'env'],
      { most: 4, bytes: 190_000, loads: ['node:child_process', 'node:net'] },
    ],
    [
      ['curl', 'web', '--', '-s', '$ORDERS'],
      { most: 7, bytes: 309_000, loads: ['node:child_process', 'node:net'] },
    ],
  ] as ReadonlyArray<[string[], { most: number; bytes: number; loads?: string[] }]>) {
    test(`tokn ${args.join(' ')}`, async () => {
      const orders = `${addressOf(servers.api('hosterby')).at(-1)}/cloud/orders`
      const line = args.map((word) => (word === '$ORDERS' ? orders : word))
      const loaded = await loadsOf(line)
      expect(loaded, loaded.err).toMatchObject({ status: 0, users: 0, connections: [] })
      expect(loaded.out).toMatch(/eyJ|"orders"/)
      expect(loaded.packages).toEqual([])
      expect(loaded.ours.length).toBeLessThanOrEqual(most)
      expect(loaded.bytes).toBeLessThanOrEqual(bytes)
      // Nothing of it is compiled, but what a few take besides.
      if (takesKeptCode) expect(loaded.kept.length).toBeGreaterThanOrEqual(Math.min(3, most))
      const heavy = /^(node:)?(https?|net|tls|tty|stream|child_process|worker_threads)$/
      expect(loaded.files.filter((name) => heavy.test(name))).toEqual(loads ?? [])
    })
  }

  test('through an agent by its socket, without a store and without the profiles', async () => {
    const env = { XDG_RUNTIME_DIR: join(home.path, 'run') }
    mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 })
    const socket = join(env.XDG_RUNTIME_DIR, 'tokn', 'agent.sock')
    const { out: alone, opened: read } = await loadsOf(['token', 'web'], env)
    expect(read).toContain(join(home.config, 'config.json'))
    expect(await run(['agent', 'start'], { home, env })).toMatchObject({ status: 0 })
    try {
      for (const args of [['token', 'web'], ['token'], ['header', '-P', 'web', '-o', 'value']]) {
        const { status, out, ours, bytes, packages, connections, files, opened, kept } =
          await loadsOf(args, env)
        expect({ status, out }).toEqual({ status: 0, out: alone })
        expect(connections).toEqual([JSON.stringify([{ path: socket }, null])])
        expect(packages).toEqual([])
        expect(ours.map((path) => basename(path)).toSorted()).toEqual([
          'agent-wire.cjs',
          'entry.cjs',
        ])
        expect(bytes).toBeLessThanOrEqual(40_000)
        if (takesKeptCode) expect(kept.toSorted()).toEqual(ours.toSorted())
        expect(files.filter((name) => /^(node:)?(https?|net|tls|crypto)$/.test(name))).toEqual([
          'node:net',
        ])
        expect(opened.filter((path) => path.startsWith(home.path))).toEqual([])
      }
    } finally {
      await run(['agent', 'stop'], { home, env })
    }
  })

  test('exec loads what answers its child when that asks, and no sooner', async () => {
    const env = { XDG_RUNTIME_DIR: join(home.path, 'run-of-exec') }
    mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 })
    const exec = async (script: string) =>
      await loadsOf(['exec', 'web', '--', 'sh', '-c', script], env)
    const idle = await exec('test -S "$TOKN_AGENT_SOCK"')
    expect(idle).toMatchObject({ status: 0, err: '' })
    expect(idle.files.filter((name) => /^(node:)?(https?|tls)$/.test(name))).toEqual([])
    expect(idle.ours.filter((path) => /child-world|server|agent/.test(basename(path)))).toEqual([])
    const asked = await exec('env -u TOKN_STORE_KEY -u TOKN_STORE tokn token')
    expect(asked.out).toContain('eyJ')
    expect(asked.files).toContain('node:http')
  })

  test('a keychain is read by the command itself, and by no process of its own', async () => {
    const args = ['token', 'web', '--store', 'keychain']
    const { status, out, ours, files } = await loadsOf(args, { XDG_RUNTIME_DIR: home.work })
    expect({ status, out }).toEqual({ status: 8, out: '' })
    expect(ours.map((path) => basename(path))).toContain('keychain.cjs')
    expect(files.filter((name) => /child_process|[\\/]child\.cjs$/.test(name))).toEqual([])
  })

  test('what every start has takes no expression that the engine looks up in the tables of Unicode', () => {
    const chunks = ['entry', 'start', 'seldom'].map((name) => join(dist, `chunks/${name}.cjs`))
    const code = chunks.map((path) => readFileSync(path, 'utf8')).join('\n')
    expect(code).toContain('\\p{L}')
    expect(code.match(/^[^`]*[^`\w]\/[^/\n`]*\\p\{.*$/gm) ?? []).toEqual([])
  })

  test('what Node brings is required: import() would start a second loader for it', () => {
    const chunks = readdirSync(join(dist, 'chunks')).map((name) => join(dist, 'chunks', name))
    const code = chunks.map((path) => readFileSync(path, 'utf8')).join('\n')
    expect(code).toContain('require("node:zlib")')
    expect(code.match(/^(?!\s*\*).*\bimport\(["'`]node:.*/gm) ?? []).toEqual([])
  })

  test('a token that goes nowhere is written without what knows terminals', async () => {
    const target = join(home.path, 'loads.json')
    const line = [process.execPath, '--require', recorder, program, 'token', 'web']
    const shell = ['sh', '-c', '"$@" >/dev/null </dev/null', 'sh', ...line]
    const ended = await startCommand(shell, { home, env: { LOADS_FILE: target } }).ended
    expect(ended).toMatchObject({ status: 0, out: '' })
    const { files } = JSON.parse(readFileSync(target, 'utf8')) as { files: string[] }
    // Not the folder in which all of this lies.
    expect(files.filter((name) => /tty|net|stream/.test(basename(name)))).toEqual([])
  })

  test('a token from the environment needs no store either', async () => {
    const env = { TOKN_TOKEN: 'given' }
    const { out, packages, connections } = await loadsOf(['token', 'web'], env)
    expect(out).toBe('given\n')
    expect(connections).toEqual([])
    expect(packages.filter((name) => ['undici', 'conf', 'commander'].includes(name))).toEqual([])
  })

  test('where a profile is named, no folder is asked for one', async () => {
    for (const [args, env] of [
      [['token', 'web'], {}],
      [['header', '-P', 'web'], {}],
      [['token'], { TOKN_PROFILE: 'web' }],
      [['info', 'web', '--local'], {}],
    ] as const) {
      expect({ args, ...(await loadsOf(args, env)) }).toMatchObject({ args, status: 0, looks: [] })
    }
    // One look for each folder on the way up, and no more.
    const { looks, ours } = await loadsOf(['token'])
    expect(looks.slice(0, 2)).toEqual([
      `lstatSync ${join(home.work, '.tokn')}`,
      `lstatSync ${join(home.path, '.tokn')}`,
    ])
    expect(new Set(looks).size).toBe(looks.length)
    expect(ours.length).toBe((await loadsOf(['token', 'web'])).ours.length)
  })

  test('a command is loaded where it is named, and no other', async () => {
    const commandsIn = (ours: readonly string[]) =>
      ours.flatMap((path) => {
        const found = readFileSync(path, 'utf8').matchAll(/^\/\/ src\/commands\/([a-z]+)\.ts$/gm)
        return [...found].map(([, name = '']) => name).filter((name) => names.has(name))
      })
    const names = new Set((await run(['--help'], { home })).out.match(/(?<=^ {2})[a-z]+\b/gm))
    expect(names.size).toBeGreaterThan(20)
    const always = new Set(commandsIn((await loadsOf(['token', 'web'])).ours))
    for (const [args, named] of [
      [['--help'], []],
      [['--version'], []],
      [['list', '--local'], ['list']],
      [['ls', '--local'], ['list']],
      [['-q', 'status'], ['status']],
      [
        ['help', 'profile', 'rename'],
        ['help', 'profile'],
      ],
      [['profile', 'list', '--help'], ['profile']],
    ] as const) {
      const { status, ours } = await loadsOf(args)
      const loaded = commandsIn(ours).filter((name) => !always.has(name))
      expect({ args, status, loaded }).toEqual({ args, status: 0, loaded: named })
    }
  })

  test('what only a topic says is loaded for that topic alone', async () => {
    const topics = (ours: readonly string[]) => ours.filter((path) => path.endsWith('/topics.cjs'))
    expect(topics((await loadsOf(['--help'])).ours)).toEqual([])
    expect(topics((await loadsOf(['status'])).ours)).toEqual([])
    expect(topics((await loadsOf(['help', 'json'])).ours)).not.toEqual([])
  })

  test('a glance at all profiles opens no store, and sends nothing', async () => {
    const { status, out, packages, connections, files } = await loadsOf(['status'])
    expect(status).toBe(0)
    expect(out).toContain('alive')
    expect(connections).toEqual([])
    // Those that count cells are of one piece.
    const cells = ['ansi-regex', 'get-east-asian-width', 'string-width', 'strip-ansi']
    expect(packages.filter((name) => !['commander', ...cells].includes(name))).toEqual([])
    expect(files.filter((name) => /^(node:)?(https?|net|tls|child_process)$/.test(name))).toEqual(
      [],
    )
  })

  test('what records this sees what there is to see', async () => {
    const help = await loadsOf(['--help'])
    expect(help.packages).toContain('commander')
    const api = servers.api('hosterby')
    const login = ['login', 'seen', ...addressOf(api)]
    const { packages } = await loadsOf(login, credentialsOf(api))
    expect(packages).toEqual(expect.arrayContaining(['conf', 'undici']))
    expect(packages.filter((name) => ['commander', 'luxon'].includes(name))).toEqual([])
    expect((await loadsOf(['provider', 'schema'])).packages).toContain('zod')
    const odd = { dateExpires: 'Wed Nov 25 10:00:00 2099' }
    api.control.replaceFaults([{ do: 'merge', under: 'payload', body: odd }])
    expect((await loadsOf(login, credentialsOf(api))).packages).toContain('luxon')
    api.control.replaceFaults([])
    const info = await loadsOf(['info', 'web'])
    expect(info.connections.length).toBeGreaterThan(0)
  })

  test.skipIf(!requirePart('strace'))('F16: the system sees no socket, either', async () => {
    const trace = join(home.path, 'trace')
    const strace = ['strace', '-f', '-qq', '-e', 'trace=socket,connect', '-o', trace]
    const traced = async (args: readonly string[]) => {
      const ended = await startCommand([...strace, process.execPath, program, ...args], { home })
        .ended
      expect(ended, ended.err).toMatchObject({ status: 0 })
      // The C library asks the name service cache for the user's home, where there is one.
      const foreign = readFileSync(trace, 'utf8')
        .split('\n')
        .filter((one) => !one.includes('nscd'))
      return foreign.join('\n').match(/connect\(.*AF_(INET6?|UNIX)/g) ?? []
    }
    expect(await traced(['token', 'web'])).toEqual([])
    expect((await traced(['info', 'web'])).join()).toContain('AF_INET')
  })
})
