import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHomes, program, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { startStrictServer, type StrictServer } from '../heavy/support/fleet/strict-server.ts'

const said = (text: string) => expect.stringContaining(text)

describe.runIf(requirePart('redis'))('a store that many machines share', () => {
  let server: EngineServer
  let servers: Servers
  let provider: StrictServer
  const { newHome, remove } = makeHomes()
  const key = randomBytes(32).toString('base64url')
  const three = (more: Environment = {}): Environment => ({
    TOKN_STORE: undefined,
    TOKN_STORE_URL: server.url,
    TOKN_STORE_KEY: key,
    TOKN_PROFILE: 'web',
    ...more,
  })
  const job = async (home: Home, line: string, more: Environment = {}) =>
    await run(line.split(' '), { home, env: three(more) })
  const alone = async (home: Home, line: string, more: Environment = {}) =>
    await run(line.split(' '), { home, env: { TOKN_STORE: 'file', TOKN_STORE_KEY: key, ...more } })
  const secret: Environment = { TOKN_CLIENT_SECRET: 'a secret' }
  const login = () =>
    `login web --issuer http://127.0.0.1:${provider.port} --client-id client --flow client --no-remember`

  beforeEach(async () => {
    server = await startEngine('redis')
    servers = await startServers(['hosterby'])
    provider = await startStrictServer()
  })
  afterEach(async () => {
    await Promise.all([server.close(), servers.close(), provider.close()])
    remove()
  })

  test('three variables are enough for a job, and nothing is written on its machine', async () => {
    expect(await job(newHome(), login(), secret)).toMatchObject({ status: 0 })
    const home = newHome()
    const before = treeOf(home.path)
    chmodSync(home.path, 0o500)
    const lines = [
      ...['token', 'header', 'env --shell sh', 'exec -- true', 'refresh', 'status', 'which'],
      ...['info --local', 'list --local', 'why', 'check', 'profile list', 'profile show'],
      ...['setup kubectl --dry-run', 'credential kubectl', 'setup git --undo'],
    ]
    for (const line of lines) {
      const ended = await job(home, line)
      expect(ended, `${line}: ${ended.err}`).toMatchObject({ status: 0 })
    }
    const api = servers.api('hosterby')
    const cloud = `login cloud ${addressOf(api).join(' ')}`
    expect(await job(home, cloud, credentialsOf(api))).toMatchObject({ status: 0 })
    expect(await job(home, 'logout cloud')).toMatchObject({ status: 0 })
    chmodSync(home.path, 0o700)
    expect(treeOf(home.path)).toEqual(before)
    for (const HOME of ['/nonexistent/home', undefined]) {
      expect(await job(home, 'token', { HOME })).toMatchObject({ status: 0 })
      expect(await job(home, 'refresh', { HOME })).toMatchObject({ status: 0 })
    }
  })

  test('what is not right of the variables is said, with what to do', async () => {
    const home = newHome()
    expect(await job(home, login(), secret)).toMatchObject({ status: 0 })
    const wrong: ReadonlyArray<readonly [Environment, number, string]> = [
      [{ TOKN_STORE_URL: 'mysql://db' }, 2, 'TOKN_STORE_URL names no store'],
      [{ TOKN_STORE: 'postgres' }, 2, 'TOKN_STORE is postgres, and TOKN_STORE_URL is'],
      [{ TOKN_STORE_KEY: undefined }, 8, 'TOKN_STORE_KEY'],
      [{ TOKN_STORE_KEY: randomBytes(32).toString('base64url') }, 8, 'key'],
      [{ TOKN_PROFILE: 'wab' }, 3, 'web'],
    ]
    for (const [more, status, text] of wrong) {
      const ended = await job(newHome(), 'token', more)
      expect(ended, ended.err).toMatchObject({ status, out: '', err: said(text) })
      expect(ended.err).toContain('hint:')
    }
  })

  test('a definition of the user’s own comes with the profile', async () => {
    const home = newHome()
    const text = readFileSync(join(import.meta.dirname, '../../docs/examples/gitea.json'), 'utf8')
    const file = join(home.path, 'own.json')
    writeFileSync(file, text.replace('"id": "gitea"', '"id": "forge"'))
    expect(await job(home, `provider add ${file}`)).toMatchObject({ status: 0 })
    const line = 'login forge --provider forge --base-url http://127.0.0.1:9 --with-token'
    const made = await run(line.split(' '), { home, env: three(), input: 'a-token-of-forge\n' })
    expect(made, made.err).toMatchObject({ status: 0 })
    const elsewhere = await job(newHome(), 'token forge')
    expect(elsewhere, elsewhere.err).toMatchObject({ status: 0, out: 'a-token-of-forge\n' })
  })

  test('a session goes in and out, and has one home', async () => {
    const home = newHome()
    const password = decodeURIComponent(new URL(server.url).password)
    // The profile has the address, and never a password.
    const stays: Environment = { TOKN_STORE: undefined, TOKN_STORE_PASSWORD: password }
    const on = async (line: string) => await job(home, line, { TOKN_PROFILE: undefined })
    expect(await alone(home, login(), secret)).toMatchObject({ status: 0 })
    expect(await on('store push web --to redis --dry-run')).toMatchObject({ out: '', status: 0 })
    const pushed = await on('store push web --to redis --json')
    expect(JSON.parse(pushed.out)).toMatchObject({
      results: [{ profile: 'web', from: 'file', to: 'redis', result: 'moved' }],
    })
    expect(await on('store push web --to redis')).toMatchObject({ status: 0 })
    // A profile of this machine knows the way without a variable, and a job without a profile.
    expect(await alone(home, 'refresh web', stays)).toMatchObject({ status: 0 })
    expect(await job(newHome(), 'refresh')).toMatchObject({ status: 0 })
    expect(await alone(home, 'token web --store file')).toMatchObject({ status: 4 })
    const verified = await on('store verify --json')
    expect(JSON.parse(verified.out)).toMatchObject({ sessions: [{ profile: 'web', status: 'ok' }] })

    const other = newHome()
    expect(await job(other, 'store pull web --from redis')).toMatchObject({ status: 0 })
    expect(await alone(other, 'refresh web', stays)).toMatchObject({ status: 0 })
    expect(await job(other, 'store pull web --from redis --to file')).toMatchObject({ status: 0 })
    expect(await alone(other, 'refresh web', stays)).toMatchObject({ status: 0 })
    expect(await job(newHome(), 'refresh')).toMatchObject({ status: 4, err: said('has moved') })
    expect(provider.spentTwice()).toEqual([])
  })

  test('a push that is killed at any time is ended by the same again', async () => {
    for (let pause = 150; pause < 650; pause += 125) {
      const home = newHome()
      const name = `web${pause}`
      const made = await alone(home, login().replace('web', name), secret)
      expect(made, made.err).toMatchObject({ status: 0 })
      const env = { ...process.env, ...home.environment, ...three({ TOKN_PROFILE: undefined }) }
      const line = [program, 'store', 'push', name, '--to', 'redis']
      const child = spawn(process.execPath, line, { env, stdio: 'ignore' })
      await delay(pause)
      child.kill('SIGKILL')
      const again = await job(home, `store push ${name} --to redis`, { TOKN_PROFILE: undefined })
      expect(again, again.err).toMatchObject({ status: 0 })
      const used = await job(newHome(), 'refresh', { TOKN_PROFILE: name })
      expect(used, `${pause} ms: ${used.err}`).toMatchObject({ status: 0 })
      expect(await alone(home, `token ${name} --store file`)).toMatchObject({ status: 4 })
    }
    expect(provider.spentTwice()).toEqual([])
  })
})

function treeOf(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
    .toSorted()
}
