import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRedis } from '../../src/stores/redis/engine.ts'
import { plainOptions } from '../contract/engine-cases.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

// With a user of the engine who may do everything: it is the key that refuses.

/** Every command that writes to a store for many machines. */
const writes = [
  'login web',
  'logout web',
  'logout web --local-only',
  'logout web --dry-run',
  'issue web',
  'issue web --dry-run',
  'revoke 66a6 -P web',
  'profile rename web other',
  'profile remove web',
  'profile remove web --dry-run',
  'profile set web offline 5m',
  'profile forget-credentials web',
  'store verify --accept web',
  'store verify --accept web --yes',
  'store rekey --yes',
  'store rekey --dry-run',
  'store rekey --finish --yes',
  'store rekey --cancel --yes',
  'store reader-key',
  'store push own --to redis',
  'store push --all --to redis --dry-run',
  'store pull web --from redis --to file',
  'store pull web --from redis --to file --dry-run',
  'store pull web --from redis --to file --delete-source',
  'store migrate --from redis --to file',
  'store migrate --from file --to redis',
  'refresher run',
]

const said =
  /^tokn: error: the key in force is a reader's key of Redis at \S+: it uses sessions, and cannot .+\ntokn: hint: run it where TOKN_STORE_KEY is the refresher's key of that store\n$/

describe.skipIf(!requirePart('redis'))('what only the key of a store does', () => {
  let engine: EngineServer
  let servers: Servers
  let home: Home
  let readerKey: string

  const tokn = async (line: string, given: Environment = {}) => {
    const env = { TOKN_STORE: undefined, TOKN_STORE_URL: engine.url, ...given }
    return await run(line.split(' '), { home, env })
  }

  beforeAll(async () => {
    ;[engine, servers] = await Promise.all([startEngine('redis'), startServers(['rightech'])])
    home = makeHome()
    const api = servers.api('rightech')
    const address = addressOf(api).join(' ')
    const local = { TOKN_STORE: 'file', TOKN_STORE_URL: undefined }
    for (const [name, where] of [
      ['web', {}],
      ['own', local],
    ] as const) {
      const made = await tokn(`login ${name} ${address}`, { ...credentialsOf(api), ...where })
      expect(made, made.err).toMatchObject({ status: 0 })
    }
    readerKey = (await tokn('store reader-key')).out.trim()
  })

  afterAll(async () => {
    await servers?.close()
    home?.remove()
    await engine?.close()
  })

  test('is refused to a reader in one sentence, with one exit status, and nothing is changed', async () => {
    const open = openRedis({ url: new URL(engine.url), ...plainOptions })
    const everything = async () => [await open.list(undefined, 10), await open.leases()]
    const before = JSON.stringify(await everything())
    for (const line of writes) {
      const ended = await tokn(line, { TOKN_STORE_KEY: readerKey })
      expect(ended, `${line}: ${ended.err}`).toMatchObject({ status: 5, out: '' })
      expect(ended.err, line).toMatch(said)
    }
    const withoutTime = (text: string) => text.replaceAll(/"now":\d+/g, '')
    expect(withoutTime(JSON.stringify(await everything()))).toBe(withoutTime(before))
    await open.close()
  })

  test('is none of it to take a profile of the machine away again, which leaves the session', async () => {
    const reader = { TOKN_STORE_KEY: readerKey }
    const machine = { ...reader, TOKN_STORE_URL: undefined }
    expect(await tokn('store pull web --from redis', reader)).toMatchObject({ status: 0 })
    const gone = await tokn('profile remove web', machine)
    expect(gone, gone.err).toMatchObject({ status: 0 })
    expect(await tokn('token web', reader)).toMatchObject({ status: 0 })
  })

  test('is not what verify says to a reader, but whom to ask; and its key is known by the file store', async () => {
    const api = servers.api('rightech')
    const [address, credentials] = [addressOf(api).join(' '), credentialsOf(api)]
    expect(await tokn(`login gone ${address}`, credentials)).toMatchObject({ status: 0 })
    const open = openRedis({ url: new URL(engine.url), ...plainOptions })
    const row = (await open.list(undefined, 10)).find(({ name }) => name === 'gone')
    const when = { version: row?.version ?? '' }
    await open.write(row?.id ?? '', { parts: { record: 'not.a.record' }, when })
    await open.close()
    const fixFor = async (given: Environment) => {
      const { out, err } = await tokn('store verify --json', given)
      expect(out, err).toContain('"gone"')
      const found: Array<{ profile: string; fix?: string }> = JSON.parse(out).sessions
      return found.find(({ profile }) => profile === 'gone')?.fix
    }
    const fix = await fixFor({})
    expect(fix).toContain('tokn login')
    const asked = `ask who has the key of the store: ${fix}`
    expect(await fixFor({ TOKN_STORE_KEY: readerKey })).toBe(asked)
    const local = { TOKN_STORE: 'file', TOKN_STORE_URL: undefined, TOKN_STORE_KEY: readerKey }
    expect(await tokn('token own', local)).toMatchObject({
      status: 8,
      err: expect.stringContaining("TOKN_STORE_KEY is a reader's key of a store for many machines"),
    })
  })
})
