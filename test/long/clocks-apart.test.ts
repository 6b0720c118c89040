import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

/** Seconds by which the clocks of three machines are ahead. */
const machines = [0, 600, -600] as const
/** Milliseconds for which a token is good. */
const life = 12_000

const there = [requirePart('redis'), requirePart('faketime')].every(Boolean)

describe.skipIf(!there)('machines whose clocks are apart', () => {
  let engine: EngineServer
  let home: Home
  let servers: Servers

  beforeAll(async () => {
    const settings = { ttlMs: life }
    ;[engine, servers] = await Promise.all([
      startEngine('redis'),
      startServers(['hosterby'], settings),
    ])
    home = makeHome()
  })

  afterAll(async () => {
    await servers.close()
    home.remove()
    await engine.close()
  })

  async function at(ahead: number, args: readonly string[], given: Environment = {}) {
    const ended = await run(args, {
      home,
      env: {
        ...given,
        TOKN_STORE: undefined,
        TOKN_STORE_URL: engine.url,
        ...fakeClock(`${ahead < 0 ? '' : '+'}${ahead}`),
      },
    })
    expect(ended, ended.err).toMatchObject({ status: 0 })
    return ended.out.trim()
  }

  /** Twice on each machine, one after the other. */
  async function ofEach(): Promise<readonly string[]> {
    const found: string[] = []
    for (const ahead of [...machines, ...machines]) found.push(await at(ahead, ['token', 'web']))
    return found
  }

  test.each(machines)(
    'what one that is %i s ahead logs in and refreshes is good until it is over, for all',
    async (ahead) => {
      const api = servers.api('hosterby')
      await at(ahead, ['login', 'web', ...addressOf(api)], credentialsOf(api))
      const began = api.state.counts.refreshes
      expect(new Set(await ofEach()).size).toBe(1)
      expect(api.state.counts.refreshes).toBe(began)
      const left = await Promise.all(
        machines.map(async (one) => {
          const { sessions } = JSON.parse(await at(one, ['status', '--store', '--json'])) as {
            sessions: ReadonlyArray<{ expires_in: number }>
          }
          return sessions[0]?.expires_in ?? 0
        }),
      )
      expect(Math.max(...left) - Math.min(...left)).toBeLessThanOrEqual(2)

      // Over for everybody: the one behind, too, which is the last to see that by its own clock.
      await delay(life + 500)
      for (const one of [-600, 600, 0]) {
        const token = await at(one, ['token', 'web'])
        expect(api.state.live).toContain(token)
      }
      expect(api.state.counts.refreshes).toBe(began + 1)
    },
  )
})
