import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startEngine, type EngineName } from '../support/engines.ts'
import { makeHome, type Environment } from '../support/home.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { requireParts } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers } from '../support/servers.ts'

/** Seconds by which the clocks of three machines are ahead. */
const machines = [0, 600, -600] as const
/** Milliseconds for which a token is good: all that is done with one fits in, side by side. */
const life = 30_000

const cases: ReadonlyArray<readonly [number, EngineName]> = [
  [0, 'redis'],
  [600, 'redis'],
  [-600, 'redis'],
  [600, 'postgres'],
  [-600, 'etcd'],
]

async function openWorld(name: EngineName) {
  const [engine, servers] = await Promise.all([
    startEngine(name),
    startServers(['hosterby'], { ttlMs: life }),
  ])
  const home = makeHome()
  onTestFinished(async () => {
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
  return { at, api: servers.api('hosterby') }
}

test.concurrent.each(cases.filter(([, name]) => requireParts(name, 'faketime')))(
  'what a machine that is %i s ahead logs in and refreshes in %s is good until it is over, for all',
  async (ahead, name) => {
    const { at, api } = await openWorld(name)
    await at(ahead, ['login', 'web', ...addressOf(api)], credentialsOf(api))
    const began = api.state.counts.refreshes
    const found = new Set<string>()
    // Twice on each machine, one after the other.
    for (const one of [...machines, ...machines]) found.add(await at(one, ['token', 'web']))
    expect(found.size).toBe(1)
    expect(api.state.counts.refreshes).toBe(began)
    const ends: number[] = []
    for (const one of machines) {
      const asked = Date.now()
      const { sessions } = JSON.parse(await at(one, ['status', '--store', '--json'])) as {
        sessions: ReadonlyArray<{ expires_in: number }>
      }
      ends.push((sessions[0]?.expires_in ?? 0) + asked / 1_000)
    }
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(10)

    // Over for everybody: the one behind, too, which is the last to see that by its own clock.
    await delay(life + 500)
    for (const one of [-600, 600, 0]) {
      const token = await at(one, ['token', 'web'])
      expect(api.state.live).toContain(token)
    }
    expect(api.state.counts.refreshes).toBe(began + 1)
  },
)
