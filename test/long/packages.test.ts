import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { installed, packages } from '../definitions/real/process.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { linkPrograms, openCargo, openPip, openPnpm, type Opener } from './packages/clients.ts'
import { addProvider, logIn, startPackageServer, type PackageServer } from './packages/server.ts'

let home: Home
/** Knows the provider, and has no session. */
let prepared: Home
let server: PackageServer
/** Asks for a token too, and is no place that a profile sends its token to. */
let foreign: PackageServer

beforeAll(async () => {
  foreign = await startPackageServer()
  prepared = makeHome()
  await addProvider(prepared)
})
afterAll(async () => {
  await foreign.close()
  prepared.remove()
})
beforeEach(async () => {
  home = makeHome()
  cpSync(prepared.config, home.config, { recursive: true })
  server = await startPackageServer()
  await logIn(home, server)
  linkPrograms(home, ['cargo-credential-tokn', 'bazel-credential-tokn', 'pnpm-credential-tokn'])
  const launcher = '#!/bin/sh\nexec tokn credential keyring "$@"\n'
  writeFileSync(join(home.path, 'bin/keyring'), launcher, { mode: 0o755 })
})
afterEach(async () => {
  await server.close()
  home.remove()
})

const hasCargo = requirePart('cargo')
const hasPip = requirePart('pip')
const hasPnpm = installed('pnpm', join(packages, 'pnpm/bin/pnpm.cjs')) !== undefined

interface Case {
  readonly name: string
  readonly there: boolean
  open(): Opener
  /** How it fails where there is no session. */
  readonly fails: { readonly status: number; readonly says: RegExp }
  /** What it sends of its own accord where it is given nothing. */
  readonly sends: ReadonlyArray<string | undefined>
}

const cases: readonly Case[] = [
  {
    name: 'cargo',
    there: hasCargo,
    open: openCargo,
    fails: { status: 101, says: /no token found for `mine`/ },
    sends: [undefined],
  },
  {
    name: 'pip',
    there: hasPip,
    open: openPip,
    fails: { status: 1, says: /No matching distribution found for trial/ },
    sends: [`Basic ${btoa('me:')}`, undefined],
  },
  {
    name: 'pnpm',
    there: hasPnpm,
    open: () => openPnpm(join(home.path, 'bin/pnpm-credential-tokn')),
    fails: { status: 1, says: /Error running "[^"]*pnpm-credential-tokn" as a token helper/ },
    sends: [undefined],
  },
]

function folder(name: string): string {
  return join(home.path, 'clients', name)
}

for (const { name, there, open, fails, sends } of cases) {
  describe.runIf(there)(`${name}`, () => {
    test('gets a package with the first command after the token has expired', async () => {
      const old = server.access()
      await server.expire()
      const { status, out, err } = await open()(home, folder(name), server.origin).fetch()
      expect({ status, said: out + err }).toEqual({ status: 0, said: expect.any(String) })
      expect(server.refreshes()).toBe(1)
      const last = server.asked.at(-1)
      expect(last).toMatchObject({ status: 200 })
      expect(last?.target).toMatch(/trial-1\.0|trial\/1\.0/)
      expect(sentTo(server)).not.toContain(old)
      expect(out + err).not.toContain(server.access())
    })

    test('gets nothing for another host, and sends nothing there', async () => {
      const from = foreign.asked.length
      const opened = open()
      // The line with the helper, of pnpm, is for a host too.
      const helpless = name === 'pnpm' ? openPnpm(undefined) : opened
      const { status } = await helpless(home, folder(name), foreign.origin).fetch()
      expect(status).not.toBe(0)
      const asked = foreign.asked.slice(from)
      expect(asked.length).toBeGreaterThan(0)
      for (const { authorization } of asked) expect(sends).toContain(authorization)
      expect(server.refreshes()).toBe(0)
    })

    test('fails as it does where there is no session', async () => {
      expect(await run(['logout', 'web', '--local-only'], { home })).toMatchObject({ status: 0 })
      const { status, out, err } = await open()(home, folder(name), server.origin).fetch()
      expect({ status, said: out + err }).toEqual({
        status: fails.status,
        said: expect.stringMatching(fails.says),
      })
      // pnpm does not show what its helper says.
      if (name !== 'pnpm') expect(err).toContain('tokn login web')
      for (const { authorization } of server.asked) expect(sends).toContain(authorization)
    })
  })
}

function sentTo({ asked }: PackageServer): string {
  return asked
    .map(({ authorization = '' }) => authorization)
    .map((value) => (value.startsWith('Basic ') ? atob(value.slice(6)) : value))
    .join('\n')
}

test.runIf(hasCargo)('cargo publishes, with one token for all of it', async () => {
  const cargo = openCargo()(home, folder('cargo'), server.origin)
  await server.expire()
  expect(await cargo.fetch()).toMatchObject({ status: 0 })
  const line = ['publish', '--registry', 'mine', '--no-verify', '--allow-dirty']
  const { status, err } = await cargo.run(...line)
  expect({ status, err }).toEqual({ status: 0, err: expect.stringContaining('Published asker') })
  const token = `Bearer ${server.access()}`
  expect(server.asked).toContainEqual({
    method: 'PUT',
    target: '/api/api/v1/crates/new',
    authorization: token,
    status: 200,
  })
  expect(server.refreshes()).toBe(1)

  const logout = await cargo.run('logout', '--registry', 'mine')
  expect(logout).toMatchObject({ status: 101, out: '' })
  expect(logout.err).toContain('"tokn logout"')
})

test.runIf(hasCargo)('cargo says which of two profiles it means', async () => {
  // The default one, whose session ends at the server with this login.
  await logIn(home, server, 'other')
  await server.expire()
  const other = await openCargo('other')(home, folder('named'), server.origin).fetch()
  expect(other).toMatchObject({ status: 0 })
  const web = await openCargo()(home, folder('cargo'), server.origin).fetch()
  expect(web).toMatchObject({ status: 101, err: expect.stringContaining('refused (400)') })
})

test.runIf(hasPip)('pip is given nothing unless its URL names a user', async () => {
  const { status } = await openPip('')(home, folder('pip'), server.origin).fetch()
  expect(status).toBe(1)
  expect(server.asked.map(({ authorization }) => authorization)).toEqual([undefined])
})

test.runIf(hasPip)('pip finds the keyring that tokn setup has made', async () => {
  rmSync(join(home.path, 'bin/keyring'))
  const { status, out, err } = await run(['setup', 'keyring', '--json'], { home })
  expect({ status, err }).toEqual({ status: 0, err: expect.any(String) })
  const { changes } = JSON.parse(out) as { changes: ReadonlyArray<{ path: string }> }
  symlinkSync(changes[0]!.path, join(home.path, 'bin/keyring'))
  const pip = openPip()(home, folder('pip'), server.origin)
  expect(await pip.fetch()).toMatchObject({ status: 0 })
})

test.runIf(hasPnpm)('pnpm may have a helper that says for which registry it is', async () => {
  for (const [name, url, status] of [
    ['right', server.origin, 0],
    ['wrong', foreign.origin, 1],
  ] as const) {
    const helper = join(home.path, 'bin', name)
    writeFileSync(helper, `#!/bin/sh\nexec tokn credential pnpm ${url}/npm/\n`, { mode: 0o755 })
    const ended = await openPnpm(helper)(home, folder(name), server.origin).fetch()
    expect(ended).toMatchObject({ status })
  }
})

describe('what has no program here', () => {
  const uri = () => `${server.origin}/cache/1`

  test('Bazel gets headers, until they end', async () => {
    await server.expire()
    const input = JSON.stringify({ uri: uri(), more: true })
    const { status, out, err } = await startCommand(['bazel-credential-tokn', 'get'], {
      home,
      input,
    }).ended
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      headers: { Authorization: [`Bearer ${server.access()}`] },
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
    expect(server.refreshes()).toBe(1)
    const elsewhere = JSON.stringify({ uri: foreign.origin })
    const refused = await run(['credential', 'bazel', 'get'], { home, input: elsewhere })
    expect(refused).toMatchObject({ status: 3, out: '', err: expect.stringMatching(/./) })
  })

  test('go gets what to send, and something else once that is refused', async () => {
    const go = async (...words: readonly string[]) => {
      const [url, input] = words
      const line = ['credential', 'go', ...(url === undefined ? [] : [url])]
      const { status, out, err } = await run(line, { home, input })
      expect({ status, err }).toEqual({ status: 0, err: expect.any(String) })
      return out
    }
    const answer = () => `https://api.example\n\nAuthorization: Bearer ${server.access()}\n\n`
    await server.expire()
    expect(await go()).toBe(answer())
    expect(server.refreshes()).toBe(1)

    const refused = (...headers: readonly string[]) =>
      ['HTTP/1.1 401 Unauthorized', ...headers, '', ''].join('\n')
    const url = 'https://api.example/mod/@v/list'
    // Refused at the same time as it was made: what was refused was another one.
    expect(await go(url, refused(`Date: ${new Date().toUTCString()}`))).toBe(answer())
    expect(await go(url, 'HTTP/1.1 404 Not Found\n\n')).toBe(answer())
    expect(server.refreshes()).toBe(1)
    const old = server.access()
    // Nobody says when.
    expect(await go(url, refused())).toBe(answer())
    expect(server.refreshes()).toBe(1)
    const later = `Date: ${new Date(Date.now() + 120_000).toUTCString()}`
    expect(await go(url, refused(later))).toBe(answer())
    expect(server.access()).not.toBe(old)
    expect(server.refreshes()).toBe(2)

    expect(await go('https://api.example.evil/mod', refused(later))).toBe('')
    expect(server.refreshes()).toBe(2)
  })

  test('uv gets a user and a password', async () => {
    const line = ['keyring', 'get', `${server.origin}/simple/`, '--mode', 'creds']
    const { status, out } = await startCommand(line, { home }).ended
    expect({ status, out }).toEqual({ status: 0, out: `oauth2\n${server.access()}\n` })
    const host = server.origin.replace('http://', '')
    const byHost = await startCommand(['keyring', 'get', host, 'me'], { home }).ended
    expect(byHost).toMatchObject({ status: 0, out: `${server.access()}\n` })
    for (const words of [
      ['get', foreign.origin, 'me'],
      ['set', server.origin, 'me'],
      ['del', server.origin, 'me'],
    ]) {
      const ended = await startCommand(['keyring', ...words], { home, input: 'secret\n' }).ended
      expect(ended).toMatchObject({ status: 1, out: '' })
    }
  })

  test('a token in a header of its own is for who can send any header', async () => {
    const own = await startPackageServer()
    try {
      await addProvider(home, 'boxes', { 'X-Box-Token': '{access}' })
      await logIn(home, own, 'box', 'boxes')
      const ask = async (line: readonly string[], input?: string) =>
        await run(['credential', ...line], { home, input })
      const bazel = await ask(['bazel', 'get'], JSON.stringify({ uri: own.origin }))
      expect(JSON.parse(bazel.out)).toMatchObject({ headers: { 'X-Box-Token': [own.access()] } })
      const registry = { 'index-url': `sparse+${own.origin}/` }
      const request = JSON.stringify({ v: 1, kind: 'get', operation: 'read', registry })
      const cargo = await ask(['cargo', '--cargo-plugin'], `${request}\n`)
      expect(cargo.status).toBe(0)
      expect(JSON.parse(cargo.out.split('\n')[1] ?? '')).toMatchObject({
        Err: { kind: 'other', message: expect.stringContaining('X-Box-Token') },
      })
      for (const line of [
        ['pnpm', own.origin],
        ['keyring', 'get', own.origin, 'me'],
      ]) {
        const ended = await ask(line)
        expect(ended.status).toBe(line[0] === 'pnpm' ? 5 : 1)
        expect(ended.out).toBe('')
      }
    } finally {
      await own.close()
    }
  })
})

test('twenty at once, of every kind, make one refresh', async () => {
  await server.expire()
  const uri = JSON.stringify({ uri: server.origin })
  const kinds: ReadonlyArray<(at: string) => Promise<Ended>> = [
    async () => await run(['credential', 'bazel', 'get'], { home, input: uri }),
    async () => await run(['credential', 'go'], { home }),
    ...cases
      .filter(({ there }) => there)
      .map(({ name, open }) => async (at: string) => {
        return await open()(home, folder(`${name}-${at}`), server.origin).fetch()
      }),
  ]
  const all = Array.from({ length: 20 }, async (_, at) => await kinds[at % kinds.length]!(`${at}`))
  const ended = await Promise.all(all)
  expect(ended.filter(({ status }) => status !== 0)).toEqual([])
  expect(server.refreshes()).toBe(1)
})
