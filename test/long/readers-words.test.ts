import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

describe.skipIf(!requirePart('redis'))('what is said to who has a reader key', () => {
  let engine: EngineServer
  let home: Home
  let servers: Servers
  let env: Environment
  let reader: Environment

  beforeAll(async () => {
    ;[engine, servers] = await Promise.all([
      startEngine('redis'),
      startServers(['hosterby', 'mcs']),
    ])
    home = makeHome()
    env = { TOKN_STORE: undefined, TOKN_STORE_URL: engine.url }
    for (const name of ['hosterby', 'mcs'] as const) {
      const api = servers.api(name)
      const made = await tokn(['login', name, ...addressOf(api)], credentialsOf(api))
      expect(made, made.err).toMatchObject({ status: 0 })
    }
    const { out } = await tokn(['store', 'reader-key'])
    reader = { TOKN_STORE_KEY: out.trim() }
  })

  afterAll(async () => {
    await servers.close()
    home.remove()
    await engine.close()
  })

  const tokn = async (args: readonly string[], given: Environment = {}) =>
    await run(args, { home, env: { ...env, ...given } })

  test.each(['hosterby', 'mcs'])('of a session of %s: what is kept, unseen', async (name) => {
    const told = await tokn(['info', name, '--json'], reader)
    expect(told, told.err).toMatchObject({ status: 0 })
    const document = JSON.parse(told.out) as Record<string, unknown>
    expect(document).toMatchObject({ kept: ['refresh_token'], renewed_by: ['refresh_token'] })
    const shown = await tokn(['info', name], reader)
    expect(shown.out + shown.err).not.toContain('there is no refresh token')
    if (name === 'hosterby') expect(shown.out).toContain("the key in force is a reader's key")
  })

  test('of a login, before anything is asked for', async () => {
    const refused = await tokn(['login', 'hosterby'], reader)
    expect(refused).toMatchObject({ status: 5, out: '' })
    expect(refused.err).toContain('cannot log in')
  })

  test('of its key: the name, where it came from, and whether it opens the store', async () => {
    const { out } = await tokn(['status', '--store', '--json'], reader)
    const { key } = JSON.parse(out) as { key: string }
    const of = async (given: Environment) => {
      const told = await tokn(['doctor', '--json'], { TOKN_STORE_KEY: undefined, ...given })
      const { checks } = JSON.parse(told.out) as { checks: ReadonlyArray<{ id: string }> }
      return checks.find(({ id }) => id === 'store.redis.key')
    }
    expect(await of(reader)).toMatchObject({
      status: 'ok',
      detail: `TOKN_STORE_KEY is a reader's key of ${key}; the store is under ${key}`,
    })
    expect(await of({})).toMatchObject({ status: 'fail', fix: expect.stringContaining(key) })
    const path = join(home.path, 'other.key')
    writeFileSync(path, Buffer.alloc(32, 7).toString('base64'))
    expect(await of({ TOKN_STORE_KEY_FILE: path })).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('the key in TOKN_STORE_KEY_FILE'),
    })
  })

  test('where the token is too old: a wish, and no login', async () => {
    const told = await tokn(['check', 'hosterby', '--min-ttl', '899s'], reader)
    expect(told).toMatchObject({ status: 10, out: '' })
    expect(told.err).toContain('tokn: hint: tokn refresh hosterby')
  })

  test('where a profile is kept', async () => {
    const { out } = await tokn(['which', 'mcs', '--json'], reader)
    const { winner } = JSON.parse(out) as { winner: Record<string, unknown> }
    expect(winner['kept_in']).toMatch(/^Redis at 127\.0\.0\.1/)
    expect((await tokn(['which', 'mcs'], reader)).out).toContain('kept in Redis at')
  })

  test('of a refresh that it wishes for: why it waits, and then why there was one', async () => {
    const waiting = tokn(['refresh', 'hosterby', '--timeout', '20s'], reader)
    await expect
      .poll(async () => {
        const { out } = await tokn(['status', '--store', '--json'], reader)
        const { sessions } = JSON.parse(out) as { sessions: ReadonlyArray<{ wishes: number }> }
        return sessions.some(({ wishes }) => wishes > 0)
      })
      .toBe(true)
    const used = await tokn(['token', 'hosterby'])
    expect(used, used.err).toMatchObject({ status: 0 })
    expect(await waiting).toMatchObject({ status: 0 })
    const why = await tokn(['why', 'hosterby', '--json'], reader)
    const { generations } = JSON.parse(why.out) as { generations: ReadonlyArray<object> }
    expect(generations.at(-1)).toMatchObject({ reason: 'wished' })
    const late = await tokn(['refresh', 'hosterby', '--timeout', '2s'], reader)
    expect(late).toMatchObject({ status: 7, out: '' })
    expect(late.err).toContain('is to be replaced')
    expect(late.err).toMatch(/not done again before 20\S+Z\ntokn: hint: then, .*--timeout \d+s/)
    // Nobody ever serves that, and nobody waits for it.
    const counted = await tokn(['refresh', 'mcs'], reader)
    expect(counted).toMatchObject({ status: 5, out: '' })
    expect(counted.err).toContain('where the provider counts refreshes')
  })
})
