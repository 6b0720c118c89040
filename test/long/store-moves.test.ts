import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dumpOf } from '../heavy/support/fleet/client.ts'
import { startStrictServer, type StrictServer } from '../heavy/support/fleet/strict-server.ts'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHomes, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, type Ended } from '../support/run.ts'

const names: readonly EngineName[] = ['postgres', 'redis', 'etcd']
const here = names.filter((name) => requirePart(name))
const newKey = () => randomBytes(32).toString('base64url')
const said = (text: string) => expect.stringContaining(text)

describe.runIf(here.length === names.length)('sessions go between stores', () => {
  const servers = new Map<string, EngineServer>()
  let provider: StrictServer
  const { newHome, remove } = makeHomes()
  const [fileKey, oneKey, otherKey] = [newKey(), newKey(), newKey()]
  const keyOf = (engine: string) => (/etcd|second/.test(engine) ? otherKey : oneKey)
  let count = 0

  beforeAll(async () => {
    const started = names.map(async (name) => servers.set(name, await startEngine(name)))
    await Promise.all([
      ...started,
      startEngine('redis').then((server) => servers.set('second redis', server)),
    ])
    provider = await startStrictServer()
  }, 60_000)
  afterAll(async () => {
    await Promise.all([...servers.values()].map(async (server) => await server.close()))
    await provider.close()
  })
  afterEach(() => {
    remove()
    expect(provider.spentTwice()).toEqual([])
  })

  const urlOf = (name: string) => servers.get(name)?.url ?? ''
  /** The password is a matter of its own: a profile has none. */
  const passwordOf = (name: string) => servers.get(name)?.password || undefined
  /** Of a machine that keeps something already, and so what it has seen of stores. */
  const keepingHome = () => {
    const home = newHome()
    mkdirSync(join(home.path, 'state', 'tokn'), { recursive: true, mode: 0o700 })
    return home
  }
  const tokn = async (home: Home, line: string, env: Environment) =>
    await run(line.split(' '), { home, env: { TOKN_STORE: undefined, ...env } })
  const good = (ended: Ended) => {
    expect(ended, ended.err).toMatchObject({ status: 0 })
    return ended
  }
  const logIn = async (home: Home, name: string, env: Environment = {}) => {
    const line = `login ${name} --issuer http://127.0.0.1:${provider.port} --client-id client --flow client --no-remember`
    const ended = await run(line.split(' '), {
      home,
      env: { TOKN_STORE_KEY: fileKey, TOKN_CLIENT_SECRET: 'a secret', ...env },
    })
    good(ended)
  }
  /** A job with three variables uses the session, and renews it. */
  const works = async (engine: string, name: string, key: string, home = newHome()) => {
    const env = { TOKN_STORE_URL: urlOf(engine), TOKN_STORE_KEY: key, TOKN_PROFILE: name }
    good(await tokn(home, 'refresh', env))
  }

  test.each(names)('a session goes into %s under another key, and comes back', async (engine) => {
    const home = newHome()
    const name = `web${++count}`
    await logIn(home, name)
    const into: Environment = {
      TOKN_STORE_URL: urlOf(engine),
      TOKN_STORE_KEY: keyOf(engine),
      TOKN_FROM_STORE_KEY: fileKey,
    }
    const before = await dumpOf(servers.get(engine))
    const dry = good(await tokn(home, `store push ${name} --to ${engine} --dry-run`, into))
    expect(dry.err).toContain('would move the session from')
    expect(await dumpOf(servers.get(engine))).toEqual(before)
    // Twice there and back: nothing that stayed behind is in the way of what returns.
    for (const _ of engine === 'redis' ? [1, 2] : [1]) {
      good(await tokn(home, `store push ${name} --to ${engine}`, into))
      good(await tokn(home, `store push ${name} --to ${engine}`, into))
      const back: Environment = {
        TOKN_FROM_STORE_URL: urlOf(engine),
        TOKN_FROM_STORE_KEY: keyOf(engine),
        TOKN_STORE_KEY: fileKey,
      }
      good(await tokn(home, `store pull ${name} --from ${engine} --to file`, back))
      good(await tokn(home, `refresh ${name}`, { TOKN_STORE_KEY: fileKey }))
      const gone = await tokn(newHome(), 'refresh', { ...into, TOKN_PROFILE: name })
      expect(gone).toMatchObject({ status: 4, err: said('has moved') })
    }
    good(await tokn(home, `store push ${name} --to ${engine}`, into))
    await works(engine, name, keyOf(engine))
  })

  test('of a file store with a passphrase, by files alone', async () => {
    const home = newHome()
    const name = `web${++count}`
    await logIn(home, name, { TOKN_STORE_KEY: undefined, TOKN_PASSPHRASE: 'a passphrase' })
    const file = (of: string, text: string) => {
      const path = join(home.path, of)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    }
    const env: Environment = {
      TOKN_STORE_URL_FILE: file('url', urlOf('postgres')),
      TOKN_STORE_KEY_FILE: file('key', oneKey),
      TOKN_STORE_KEY: undefined,
      TOKN_FROM_PASSPHRASE_FILE: file('passphrase', 'a passphrase'),
    }
    const pushed = await tokn(home, `store push ${name} --to postgres`, env)
    expect(pushed, pushed.err).toMatchObject({ status: 0, err: said('has moved') })
    await works('postgres', name, oneKey)
  })

  const pairs: ReadonlyArray<readonly [string, string, string]> = [
    ['redis', 'postgres', '--from redis --to postgres'],
    ['postgres', 'etcd', '--from postgres --to etcd --delete-source'],
    ['etcd', 'redis', '--from etcd --to redis'],
    ['redis', 'second redis', '--from redis --to redis'],
    ['second redis', 'redis', '--from redis --to redis --delete-source'],
  ]

  test.each(pairs)('from %s to %s, under another key: %s', async (from, to, flags) => {
    const name = `web${++count}`
    const engineOf = (of: string) => servers.get(of)?.name ?? ''
    await logIn(newHome(), name, {
      ...{ TOKN_STORE: undefined, TOKN_STORE_URL: urlOf(from), TOKN_STORE_KEY: keyOf(from) },
    })
    const sides: Environment = {
      TOKN_FROM_STORE_URL: urlOf(from),
      TOKN_FROM_STORE_KEY: keyOf(from),
      TOKN_STORE_URL: urlOf(to),
      TOKN_STORE_KEY: keyOf(to),
    }
    const both = [servers.get(from), servers.get(to)]
    const dumps = async () => await Promise.all(both.map(dumpOf))
    const before = await dumps()
    const line = `store migrate ${flags}`
    good(await tokn(newHome(), `${line} --dry-run`, sides))
    expect(await dumps()).toEqual(before)
    const mover = keepingHome()
    const ended = good(await tokn(mover, `${line} --json`, sides))
    const { results } = JSON.parse(ended.out)
    expect(results).toContainEqual({
      ...{ profile: name, from: engineOf(from), to: engineOf(to), result: 'moved' },
    })
    await works(to, name, keyOf(to), mover)
    await works(to, name, keyOf(to))
    const gone = await tokn(newHome(), 'refresh', {
      ...{ TOKN_STORE_URL: urlOf(from), TOKN_STORE_KEY: keyOf(from), TOKN_PROFILE: name },
    })
    const text = flags.includes('--delete-source') ? 'no profile' : 'has moved'
    expect(gone).toMatchObject({ status: flags.includes('delete') ? 3 : 4, err: said(text) })
    good(await tokn(newHome(), line, sides))
  })

  test('what is not right of the two sides is said, and nothing is changed', async () => {
    const home = newHome()
    const name = `web${++count}`
    await logIn(home, name, {
      ...{ TOKN_STORE: undefined, TOKN_STORE_URL: urlOf('redis'), TOKN_STORE_KEY: oneKey },
    })
    const sides: Environment = {
      TOKN_FROM_STORE_URL: urlOf('redis'),
      TOKN_FROM_STORE_KEY: oneKey,
      TOKN_STORE_URL: urlOf('second redis'),
      TOKN_STORE_KEY: otherKey,
    }
    const wrong: ReadonlyArray<readonly [string, Environment, number, string, string]> = [
      [
        '--from redis --to redis',
        { TOKN_FROM_STORE_URL: undefined, TOKN_FROM_STORE_KEY: undefined },
        2,
        'the same store',
        'TOKN_FROM_STORE_URL',
      ],
      [
        '--from redis --to redis',
        { TOKN_STORE_URL: urlOf('redis') },
        2,
        'both addresses are of one',
        'tokn store rekey',
      ],
      [
        '--from redis --to redis',
        { TOKN_STORE_URL: `${urlOf('redis')}/0` },
        2,
        'both addresses are of one',
        'tokn store rekey',
      ],
      ['--from file --to file', {}, 2, 'the same store', 'tokn store list'],
      [
        '--from etcd --to redis',
        {},
        2,
        'TOKN_FROM_STORE_URL is the address of "redis"',
        'unset TOKN_FROM_STORE_URL',
      ],
      [
        '--from redis --to redis',
        { TOKN_FROM_STORE_URL: 'nonsense' },
        2,
        'TOKN_FROM_STORE_URL',
        '',
      ],
      ['--from redis --to redis', { TOKN_FROM_STORE_KEY: otherKey }, 8, 'key', ''],
    ]
    const dumps = async () =>
      await Promise.all([dumpOf(servers.get('redis')), dumpOf(servers.get('second redis'))])
    const before = await dumps()
    for (const [flags, more, status, text, hint] of wrong) {
      const ended = await tokn(home, `store migrate ${flags}`, { ...sides, ...more })
      expect(ended, ended.err).toMatchObject({ status, out: '', err: said(text) })
      expect(ended.err).toContain('hint: ')
      expect(ended.err).toContain(hint)
      expect(ended.err).not.toContain(passwordOf('redis') ?? '-')
    }
    expect(await dumps()).toEqual(before)
  })
})
