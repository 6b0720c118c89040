import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, sep } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { measure } from '../../src/io/files/measure.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

interface Listed {
  readonly kind: string
  readonly path: string | null
  readonly account: string | null
  readonly sight: string
  readonly files: number | null
  readonly bytes: number | null
}

async function listTraces(home: Home, env = {}): Promise<readonly Listed[]> {
  const ended = await run(['uninstall', '--list', '--json'], { home, env })
  expect(ended, ended.err).toMatchObject({ status: 0 })
  return (JSON.parse(ended.out) as { readonly traces: readonly Listed[] }).traces
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => !statSync(path).isDirectory())
}

describe('uninstall --list', () => {
  let servers: Servers
  let home: Home
  beforeAll(async () => {
    servers = await startServers(['rightech', 'mcs'])
    home = makeHome()
    for (const name of ['rightech', 'mcs'] as const) {
      const api = servers.api(name)
      const login = ['login', name, ...addressOf(api)]
      expect(await run(login, { home, env: credentialsOf(api) })).toMatchObject({ status: 0 })
      await run(['refresh', name], { home })
    }
    await run(['issue', 'rightech', '--name', 'x', '--save-as', 'further'], { home })
    await run(['profile', 'rename', 'further', 'more'], { home })
    await run(['provider', 'new', 'shop.json', '--no-input'], { home })
    await run(['info', 'mcs'], { home })
    await run(['doctor', '--offline'], { home })
  })
  afterAll(async () => {
    await servers.close()
    home.remove()
  })

  test('names every file that commands have made, and counts it once', async () => {
    const traces = await listTraces(home)
    const made = ['config', 'state', 'data', 'cache', 'home', 'tmp'].flatMap((name) => {
      const folder = join(home.path, name)
      return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : filesBelow(folder)
    })
    expect(made.length).toBeGreaterThan(8)
    const owners = made.map((file) =>
      traces.filter(({ path, sight }) => {
        if (path === null || sight !== 'there') return false
        return file === path || file.startsWith(`${path}${sep}`)
      }),
    )
    expect(made.filter((_, index) => owners[index]?.length !== 1)).toEqual([])
    const here = traces.filter(({ path }) => path?.startsWith(home.path) === true)
    expect(here.reduce((sum, { files }) => sum + (files ?? 0), 0)).toBe(made.length)
    const bytes = made.reduce((sum, file) => sum + statSync(file).size, 0)
    expect(here.reduce((sum, one) => sum + (one.bytes ?? 0), 0)).toBe(bytes)
  })

  test('names the keychain entry of each profile that is kept there, and looks at none', async () => {
    const before = await listTraces(home)
    expect(before.filter(({ kind }) => kind === 'keychain-entry')).toHaveLength(1)
    const file = join(home.config, 'config.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"store": "file"', '"store": "keychain"'), { mode: 0o600 })
    const entries = (await listTraces(home)).filter(({ kind }) => kind === 'keychain-entry')
    writeFileSync(file, text, { mode: 0o600 })
    expect(entries).toHaveLength(2)
    expect(entries.every(({ sight, files }) => sight === 'unseen' && files === null)).toBe(true)
  })

  test('follows no link, and takes what is not ours for something else', async () => {
    const outside = join(home.work, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'a-file'), 'x'.repeat(10_000))
    symlinkSync(outside, join(home.path, 'state', 'tokn', 'link'))
    symlinkSync('.', join(home.path, 'state', 'tokn', 'index', 'loop'))
    const traces = await listTraces(home)
    const link = traces.find(({ path }) => path?.endsWith(`${sep}link`) === true)
    expect(link).toMatchObject({ kind: 'other', sight: 'there', files: 1 })
    expect(link?.bytes).toBeLessThan(1_000)
  })

  test('says what a command that was killed has left in the folder for such things', async () => {
    const left = mkdtempSync(join(home.path, 'tmp', 'tokn-'))
    mkdirSync(join(home.path, 'tmp', 'tokn-of-somebody-else'))
    const traces = (await listTraces(home)).filter(({ kind }) => kind === 'temporary')
    expect(traces).toMatchObject([{ path: left, sight: 'there', files: 0 }])
  })

  test('says what has the agent started, while that is there', async () => {
    const starts = async () =>
      (await listTraces(home)).flatMap(({ kind, path }) =>
        kind === 'start' ? [relative(join(home.path, 'config'), path ?? '')] : [],
      )
    expect(await starts()).toEqual([])
    expect(await run(['agent', 'install', '-q'], { home })).toMatchObject({ status: 0 })
    const units = ['systemd/user/tokn-agent.socket', 'systemd/user/tokn-agent.service']
    expect(await starts()).toEqual(units)
    expect(await run(['agent', 'install', '--undo'], { home })).toMatchObject({ status: 0 })
    expect(await starts()).toEqual([])
  })

  test('counts no more than it takes to know that a folder is large', () => {
    const folder = join(home.work, 'large')
    mkdirSync(join(folder, 'deeper'), { recursive: true })
    for (let index = 0; index < 5_001; index++)
      writeFileSync(join(folder, 'deeper', `${index}`), 'x')
    expect(measure(folder)).toEqual({ sight: 'there', files: 5_000, bytes: 5_000, more: true })
    rmSync(join(folder, 'deeper', '0'))
    expect(measure(folder)).toEqual({ sight: 'there', files: 5_000, bytes: 5_000 })
    rmSync(folder, { recursive: true })
  })

  test('says of a folder that cannot be looked into just that', () => {
    expect(measure(join(home.path, 'x'.repeat(300)))).toEqual({ sight: 'unreadable' })
    expect(measure(join(home.config, 'config.json', 'below'))).toEqual({ sight: 'absent' })
  })

  test.skipIf(!requirePart('root'))('leaves what is of another user to that user', async () => {
    const folder = join(home.path, 'state', 'tokn', 'index')
    chownSync(folder, 65_534, 65_534)
    const traces = await listTraces(home)
    chownSync(folder, 0, 0)
    expect(traces).toContainEqual(
      expect.objectContaining({ path: folder, sight: 'foreign', files: null, bytes: null }),
    )
  })

  test('makes nothing, and needs neither a key nor a folder that is there', async () => {
    const none = { TOKN_STORE_KEY: undefined, XDG_RUNTIME_DIR: join(home.path, 'nowhere') }
    const traces = await listTraces(home, none)
    expect(traces).toContainEqual(
      expect.objectContaining({ path: join(home.path, 'nowhere', 'tokn'), sight: 'absent' }),
    )
    const empty = makeHome()
    expect((await listTraces(empty)).some(({ kind }) => kind === 'sessions')).toBe(true)
    expect(readdirSync(join(empty.path, 'home'))).toEqual([])
    empty.remove()
  })
})
