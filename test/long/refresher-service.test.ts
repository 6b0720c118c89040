import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, start, type Running } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { until } from '../support/until.ts'

/** Takeover within the lease and a second. */
const takeover = 9_000

for (const name of ['postgres', 'redis', 'etcd'] as const satisfies EngineName[]) {
  describe.skipIf(!requirePart(name))(`readers and refreshers over ${name}`, () => {
    let engine: EngineServer
    let home: Home
    let servers: Servers
    let env: Environment
    let reader: Environment
    const running: Running[] = []

    beforeAll(async () => {
      ;[engine, servers] = await Promise.all([
        startEngine(name),
        startServers(['hosterby'], { ttlMs: 60_000 }),
      ])
      home = makeHome()
      env = {
        TOKN_STORE: undefined,
        TOKN_STORE_URL: engine.url,
        TOKN_STORE_KEY: home.environment['TOKN_STORE_KEY'],
        TOKN_PROFILE: 'web',
      }
      const api = servers.api('hosterby')
      const made = await tokn(['login', 'web', ...addressOf(api)], {
        ...env,
        ...credentialsOf(api),
      })
      expect(made, made.err).toMatchObject({ status: 0 })
      const printed = await tokn(['store', 'reader-key'], env)
      expect(printed, printed.err).toMatchObject({ status: 0 })
      reader = { ...env, TOKN_STORE_KEY: printed.out.trim() }
    })

    afterEach(async () => {
      for (const one of running.splice(0)) {
        one.child.kill('SIGTERM')
        await one.ended
      }
    })

    afterAll(async () => {
      await servers.close()
      home.remove()
      await engine.close()
    })

    const tokn = async (args: readonly string[], given: Environment) =>
      await run(args, { home, env: given })
    const generation = async () => {
      const { out, err } = await tokn(['status', '--store', '--json'], reader)
      const { sessions } = JSON.parse(out === '' ? err : out) as {
        sessions: ReadonlyArray<{ generation: number }>
      }
      return sessions[0]?.generation ?? 0
    }

    function refresher(): Running {
      const one = start(['refresher', 'run'], { home, env })
      running.push(one)
      return one
    }

    function heard(one: Running): () => string {
      let text = ''
      one.child.stderr?.on('data', (part: Buffer) => (text += part.toString()))
      return () => text
    }

    test('many readers wait for one refresh, and each has its token', async () => {
      const before = await generation()
      await until(async () => (await left()) < 54)
      const waiting = Array.from({ length: 12 }, async () =>
        tokn(['token', '--min-ttl', '55s', '--timeout', '25s'], reader),
      )
      await delay(700)
      refresher()
      const all = await Promise.all(waiting)
      for (const one of all) expect(one, one.err).toMatchObject({ status: 0 })
      expect(new Set(all.map(({ out }) => out)).size).toBe(1)
      expect(await generation()).toBe(before + 1)
      const why = await tokn(['why', '--json'], reader)
      const { generations } = JSON.parse(why.out) as { generations: Array<{ command: string }> }
      expect(generations.at(-1)).toMatchObject({ command: 'tokn refresher', reason: 'min-ttl' })
    })

    test('who has no key of the store, or not that one, is told so and does nothing', async () => {
      const other = randomBytes(32).toString('base64url')
      const wrong = await tokn(['refresher', 'run'], { ...env, TOKN_STORE_KEY: other })
      expect(wrong).toMatchObject({ status: 8, out: '' })
      expect(wrong.err).toContain('is not one of this store')
      expect(wrong.err).not.toContain('refreshing')
      const reading = await tokn(['refresher', 'run'], reader)
      expect(reading).toMatchObject({ status: 5, out: '' })
      const none = await tokn(['refresher', 'run'], { ...env, TOKN_STORE_KEY: undefined })
      expect(none).toMatchObject({ status: 8, out: '' })
      expect(none.err).toContain('TOKN_STORE_KEY')
    })

    test('another refresher takes over where one was killed, within the lease and a second', async () => {
      const first = refresher()
      const firstSaid = heard(first)
      await until(() => firstSaid().includes('refreshing 1 session'))
      const second = refresher()
      const secondSaid = heard(second)
      await until(() => secondSaid().includes('standing by'))
      first.child.kill('SIGKILL')
      const killed = performance.now()
      await until(() => secondSaid().includes('refreshing 1 session'))
      // etcd counts in whole seconds.
      const slack = name === 'etcd' ? 2_500 : 500
      expect(performance.now() - killed).toBeLessThanOrEqual(takeover + slack)
      second.child.kill('SIGTERM')
      expect(await second.ended).toMatchObject({ status: 0 })
    })

    test('a process with the refresher key serves a wish when it uses the session', async () => {
      const before = await generation()
      await until(async () => (await left()) < 53)
      const waiting = tokn(['token', '--min-ttl', '55s', '--timeout', '20s'], reader)
      await delay(700)
      const used = await tokn(['token'], env)
      expect(used, used.err).toMatchObject({ status: 0 })
      expect(await waiting).toMatchObject({ status: 0, out: used.out })
      expect(await generation()).toBe(before + 1)
    })

    test('a reader key and the whole database give no refresh token', async () => {
      const secrets = servers
        .api('hosterby')
        .state.tokens.flatMap(({ access, refresh }) => [access, ...(refresh ? [refresh] : [])])
      expect(secrets.length).toBeGreaterThan(2)
      await engine.stop()
      const found = filesBelow(engine.folder).filter((path) => {
        const bytes = readFileSync(path)
        return secrets.some((secret) => bytes.includes(secret))
      })
      await engine.start()
      expect(found).toEqual([])
      const refused = await tokn(['refresher', 'run'], reader)
      expect(refused).toMatchObject({ status: 5, out: '' })
    })

    test('an engine that is not there is waited for, at the start and later', async () => {
      await engine.stop()
      const [first, second] = [refresher(), refresher()]
      const said = heard(first)
      const secondSaid = heard(second)
      await until(() => said().includes('waiting for the store'))
      await until(() => secondSaid().includes('waiting for the store'))
      // Whether another one acts, nobody knows.
      expect(said()).not.toContain('standing by')
      second.child.kill('SIGTERM')
      expect(await second.ended).toMatchObject({ status: 0 })
      await engine.start()
      await until(() => said().includes('refreshing 1 session'))
      // The same for all of them: whoever had the lease learns it from its own clock.
      if (name !== 'redis') return
      const before = said().length
      await engine.kill()
      await until(() => said().slice(before).includes('waiting for the store'))
      await delay(takeover)
      expect(said().slice(before)).not.toContain('standing by')
      await engine.start()
      await until(() => said().slice(before).includes('refreshing 1 session'))
    })

    async function left(): Promise<number> {
      const { out } = await tokn(['status', '--store', '--json'], reader)
      const { sessions } = JSON.parse(out) as { sessions: ReadonlyArray<{ expires_in: number }> }
      return sessions[0]?.expires_in ?? 0
    }
  })
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}
