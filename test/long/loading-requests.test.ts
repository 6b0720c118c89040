import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { startCommand } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const dist = join(dirname(program), '../dist')
const onNode20 = process.versions.node.startsWith('20.')

let home: Home
let servers: Servers
let script: string

beforeAll(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
  script = writeRecorded()
  await record(['login', 'web', ...addressOf(api())], credentialsOf(api()))
})

afterAll(async () => {
  await servers.close()
  home.remove()
})

const api = () => servers.api('hosterby')

/** The program, recorded in every process that it starts of itself. */
function writeRecorded(): string {
  const path = join(home.path, 'bin/recorded.cjs')
  const support = join(import.meta.dirname, '../support')
  const lines = [
    `const at = ${JSON.stringify(join(home.path, 'loads'))} + '/' + process.pid`,
    `process.env.LOADS_FILE = at + '.loads'`,
    `process.env.FLAGS_FILE = at + '.flags'`,
    `require('node:fs').writeFileSync(at + '.line', process.argv.slice(2).join(' '))`,
    ...['record-loads', 'record-engine'].map(
      (name) => `require(${JSON.stringify(join(support, `${name}.cjs`))})`,
    ),
    `require(${JSON.stringify(join(dist, 'chunks/entry.cjs'))}).start(__filename)`,
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

interface Recorded {
  /** Names of our files: `start`. */
  readonly ours: readonly string[]
  /** Names of the packages in them. */
  readonly packages: readonly string[]
  /** Names of what Node has, without `node:`. */
  readonly builtIn: readonly string[]
  /** What of Node was loaded, by whatever means, under the names that Node has for its parts. */
  readonly within: readonly string[]
  readonly flags: readonly string[]
  /** What was loaded for the first time once a flag was set. */
  readonly later: readonly string[]
}

/** Runs a command; gives what each process loaded, by the first word of its line. */
async function record(
  args: readonly string[],
  env: Environment = {},
): Promise<Readonly<Record<string, Recorded>>> {
  const folder = join(home.path, 'loads')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const ended = await startCommand([process.execPath, script, ...args], { home, env }).ended
  expect(ended, ended.err).toMatchObject({ status: 0 })
  const named = (kind: string) => readdirSync(folder).filter((name) => name.endsWith(kind))
  // The process that refreshes may outlive the one that asked.
  while (named('.flags').length < named('.line').length) await sleep(20)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return Object.fromEntries(
    named('.line').map((name) => {
      const id = name.replace('.line', '')
      const { files, within } = JSON.parse(read(`${id}.loads`)) as {
        files: readonly string[]
        within: readonly string[]
      }
      const engine = JSON.parse(read(`${id}.flags`)) as Pick<Recorded, 'flags' | 'later'>
      return [read(name).split(' ')[0] ?? '', { ...describeFiles(files), within, ...engine }]
    }),
  )
}

function describeFiles(files: readonly string[]): Omit<Recorded, 'flags' | 'later' | 'within'> {
  const chunks = files.filter((path) => path.startsWith(dist))
  const bundled = chunks.flatMap((path) => [
    ...readFileSync(path, 'utf8').matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm),
  ])
  const packages = new Set(bundled.map(([, name = '']) => name))
  return {
    ours: chunks.map((path) => /([^/\\]+)\.cjs$/.exec(path)?.[1] ?? path),
    packages: [...packages].sort(),
    builtIn: files
      .filter((path) => !/[/\\]/.test(path.replace(/^node:/, '').split('/')[0] ?? ''))
      .map((path) => path.replace(/^node:/, ''))
      .filter((path) => !path.startsWith('/')),
  }
}

/** What takes long to load, and is of no use to one request. */
const costly = /^(?:_?https?|http2|assert|zlib|readline|dgram|worker_threads|dns|inspector)\b/

/** What measures Node itself, Web Crypto and the loader of modules: we have shorter ways to the same. */
const roundabout =
  /\b(?:perf_hooks|perf\/performance|crypto\/webcrypto|esm_facade|modules\/esm\/translators)$/

describe('what sends something loads little', () => {
  test('tokn refresh asks, and reads no session', async () => {
    const { refresh, ['__refresher']: refresher } = await record(['refresh', 'web'])
    expect(refresh?.packages).toEqual([])
    expect(refresh?.ours).not.toContain('file-store')
    expect(refresh?.ours).not.toContain('program')
    expect(refresh?.ours.length, refresh?.ours.join(' ')).toBeLessThanOrEqual(13)
    expect(refresh?.within.filter((name) => roundabout.test(name))).toEqual([])
    expect(refresh?.builtIn.filter((name) => costly.test(name) || name === 'tls')).toEqual([])
    expect(refresher?.packages).toEqual(['undici'])
    expect(refresher?.ours).not.toContain('program')
    expect(refresher?.ours.length, refresher?.ours.join(' ')).toBeLessThanOrEqual(13)
    expect(refresher?.within).toContain('NativeModule crypto')
    expect(refresher?.within).not.toContain('NativeModule tls')
    expect(refresher?.within.filter((name) => roundabout.test(name))).toEqual([])
    expect(refresher?.builtIn).toContain('net')
    expect(refresher?.builtIn.filter((name) => costly.test(name))).toEqual([])
  })

  test('a login in a CI job', async () => {
    const { token } = await record(['token'], {
      ...credentialsOf(api()),
      TOKN_PROVIDER: 'hosterby',
      TOKN_BASE_URL: api().baseUrl,
    })
    expect(token?.packages).toEqual(['undici'])
    expect(token?.ours.length).toBeLessThanOrEqual(13)
    expect(token?.within.filter((name) => roundabout.test(name))).toEqual([])
    expect(token?.builtIn.filter((name) => costly.test(name))).toEqual([])
  })

  test('tokn login', async () => {
    const { login } = await record(['login', 'web', ...addressOf(api())], credentialsOf(api()))
    const packages = login?.packages ?? []
    expect(packages).toEqual(expect.arrayContaining(['conf', 'undici']))
    const unwanted = /^(?:ajv|semver|commander|zod|openid-client|chalk|string-width)$/
    expect(packages.filter((name) => unwanted.test(name))).toEqual([])
    expect(login?.ours.length).toBeLessThanOrEqual(25)
    expect(login?.builtIn.filter((name) => costly.test(name))).toEqual([])
  })

  test('the schema of definitions is loaded for one of the user’s own', async () => {
    const text = await startCommand(
      [process.execPath, program, 'provider', 'show', 'hosterby', '--definition'],
      { home },
    ).ended
    expect(text).toMatchObject({ status: 0 })
    const path = join(home.path, 'own.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(text.out), id: 'own' }))
    await record(['provider', 'add', path, '--yes'])
    const { login } = await record(
      ['login', 'mine', '-p', 'own', '--base-url', api().baseUrl],
      credentialsOf(api()),
    )
    expect(login?.packages).toContain('zod')
    const { ['__refresher']: refresher } = await record(['refresh', 'mine'])
    expect(refresher?.packages).toContain('zod')
  })

  test('the engine is told last, and only where that helps', async () => {
    const { refresh, ['__refresher']: refresher } = await record(['refresh', 'web'])
    expect(refresh?.flags).toEqual([])
    expect(refresher?.flags).toEqual(onNode20 ? ['--liftoff-only'] : [])
    // Code that Node has cached for other flags is compiled anew: nothing of it is left by then.
    const nodes = refresher?.later.filter((name) => /^(node:)?[a-z_]+(\/[a-z]+)?$/.test(name))
    expect(nodes).toEqual([])
    expect(refresher?.later.filter((name) => /undici|http\.cjs/.test(name))).toEqual([])
  })
})
