import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { linkHelper, shiftHelper } from '../support/helper-names.ts'
import { makeHome, type Home } from '../support/home.ts'
import { logInWithTokens, startTokenServer, type TokenServer } from '../support/oauth-session.ts'
import { requirePart } from '../support/parts.ts'
import { startRegistry, writeImage, type Registry } from '../support/registry.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'

const crowd = 20
const hour = 3_600_000
const name = 'docker-credential-tokn'
const absent = 'credentials not found in native keychain'

let tokens: TokenServer
let basic: Registry
let own: Registry
let foreign: Registry
let home: Home

const isPossible = requirePart('skopeo') && hasTerminal()

beforeAll(async () => {
  if (!isPossible) return
  tokens = await startTokenServer()
  const { accepts } = tokens
  basic = await startRegistry({ accepts, kind: 'basic' })
  own = await startRegistry({ accepts, kind: 'token' })
  foreign = await startRegistry({ accepts, kind: 'basic' })
})

afterAll(async () => {
  await Promise.all([basic?.close(), own?.close(), foreign?.close(), tokens?.stop()])
})

async function skopeo(...args: readonly string[]): Promise<Ended> {
  const env = { REGISTRY_AUTH_FILE: join(home.path, 'auth.json') }
  return await startCommand(['skopeo', '--insecure-policy', ...args], { home, env }).ended
}

async function done(...args: readonly string[]): Promise<Ended> {
  const ended = await skopeo(...args)
  expect(ended.status, `skopeo ${args.join(' ')}: ${ended.err}`).toBe(0)
  return ended
}

const push = (registry: Registry) =>
  ['copy', '-q', '--dest-tls-verify=false', 'dir:image', `docker://${registry.host}/x:1`] as const
const look = (registry: Registry) =>
  ['inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/x:1`] as const
const held = async () => (await run(['token', 'work'], { home })).out.trim()
const helper = async (operation: string, input = '') =>
  await run(['credential', 'docker', operation], { home, input })

describe.skipIf(!isPossible)('images of a registry with the session of a profile', () => {
  beforeEach(async () => {
    home = makeHome()
    const origins = [basic, own].map(({ host }) => `http://${host}`)
    await logInWithTokens(home, tokens, 'work', origins)
    linkHelper(home, name)
    const hosts = [basic, own, foreign].map(({ host }) => [host, 'tokn'])
    const auth = { credHelpers: Object.fromEntries(hosts) as object }
    writeFileSync(join(home.path, 'auth.json'), JSON.stringify(auth), { mode: 0o600 })
    mkdirSync(join(home.work, 'image'))
    writeImage(join(home.work, 'image'))
    for (const one of [basic, own, foreign]) one.shown.length = 0
    tokens.events.length = 0
  })
  afterEach(() => home.remove())

  test('push and look, before and after the token has expired', async () => {
    for (const registry of [basic, own]) {
      await done(...push(registry))
      expect((await done(...look(registry))).out).toContain('"schemaVersion":2')
      const users = new Set(registry.shown.map(({ scheme, username }) => `${scheme} ${username}`))
      expect(users).toEqual(new Set(['Basic oauth2']))
    }
    expect(tokens.refreshes()).toBe(0)
    shiftHelper(home, name, 'docker', hour)
    await done(...push(basic))
    await done(...push(own))
    expect(tokens.refreshes()).toBe(1)
  })

  test('after a server has ended the token, a logout has it refreshed, and ends nothing', async () => {
    await done(...push(own))
    await tokens.endAccess(await held())
    expect((await skopeo(...look(own))).status).not.toBe(0)
    await done('logout', own.host)
    expect((await run(['status', 'work'], { home })).out).toContain(
      `docker has logged out of ${own.host}`,
    )
    expect(tokens.refreshes()).toBe(0)
    await done(...look(own))
    expect(tokens.refreshes()).toBe(1)
    await done(...look(own))
    expect(tokens.refreshes()).toBe(1)
  })

  test('twenty at once after the end of the token make one refresh', async () => {
    await done(...push(basic))
    shiftHelper(home, name, 'docker', hour)
    const all = await Promise.all(
      Array.from({ length: crowd }, async () => await skopeo(...look(basic))),
    )
    expect(all.map(({ status, err }) => `${status} ${err}`)).toEqual(Array(crowd).fill('0 '))
    expect(tokens.refreshes()).toBe(1)
  })

  test('another registry is given nothing, and nothing is asked of the token server', async () => {
    const { status, err } = await skopeo(...look(foreign))
    expect(status, err).not.toBe(0)
    // An empty user with an empty password is what it shows who has nothing.
    expect(foreign.shown.filter(({ token }) => token !== '')).toEqual([])
    expect(tokens.events).toEqual([])
    expect(await helper('get', foreign.host)).toMatchObject({ status: 1, out: `${absent}\n` })
  })

  test('without a session there is nothing, and the word on what to run', async () => {
    await run(['logout', 'work', '--local-only'], { home })
    const { status, err } = await skopeo(...look(own))
    expect(status, err).not.toBe(0)
    expect(err).toMatch(/tokn: hint: .*tokn login work/)
    expect(own.shown.filter(({ token = '' }) => token !== '')).toEqual([])
    expect(await helper('get', own.host)).toMatchObject({ status: 1, out: `${absent}\n` })
    expect(await helper('list')).toMatchObject({ status: 0, out: '{}\n' })
  })

  test('a login with the token held is nothing to keep, and one with another is refused', async () => {
    const token = await held()
    const login = async (host: string, password: string) =>
      await startCommand(
        ['skopeo', 'login', '--tls-verify=false', '-u', 'oauth2', '--password-stdin', host],
        { home, env: { REGISTRY_AUTH_FILE: join(home.path, 'auth.json') }, input: password },
      ).ended
    expect(await login(own.host, token)).toMatchObject({ status: 0 })
    await run(['refresh', 'work', '-q'], { home })
    // The registry takes the old one as well: what it is refused for is that it would not be kept.
    const { status, err } = await login(own.host, token)
    expect(status).not.toBe(0)
    expect(err).toContain('tokn keeps no password or token of a docker login')
    const answer = JSON.parse((await helper('get', own.host)).out) as { Secret: string }
    expect(answer.Secret).toBe(await held())
  })

  test('list tells what there is, without a key for it', async () => {
    const env = { TOKN_STORE_KEY: undefined }
    const listed = await run(['credential', 'docker', 'list'], { home, env })
    expect(listed).toMatchObject({ status: 0, err: '' })
    const hosts = [new URL(tokens.issuer).host, basic.host, own.host]
    const all = Object.fromEntries(hosts.map((host) => [host, 'oauth2'])) as object
    expect(JSON.parse(listed.out)).toEqual(all)
  })
})
