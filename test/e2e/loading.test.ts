import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
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
  const { files, connections, looks } = JSON.parse(readFileSync(target, 'utf8')) as {
    files: string[]
    connections: string[]
    looks: string[]
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
  return { ...ended, files, ours, packages, connections, looks }
}

describe('a good token is handed out by little', () => {
  for (const args of [
    ['token', 'web'],
    ['token'],
    ['token', 'web', '--min-ttl', '1m', '-n'],
    ['header', 'web'],
    ['header', 'web', '-o', 'curl'],
  ]) {
    test(`tokn ${args.join(' ')}`, async () => {
      const { status, out, ours, packages, connections, files } = await loadsOf(args)
      expect(status).toBe(0)
      expect(out).toContain('eyJ')
      expect(connections).toEqual([])
      // The encrypted store needs what decrypts it; nothing needs anything else.
      expect(packages.filter((name) => name !== 'jose')).toEqual([])
      expect(ours.length).toBeLessThanOrEqual(4)
      expect(files.filter((name) => /^(node:)?(https?|net|tls|child_process)$/.test(name))).toEqual(
        [],
      )
    })
  }

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
    expect(packages).toEqual(expect.arrayContaining(['commander', 'conf', 'undici']))
    expect(packages).not.toContain('luxon')
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
