import { describe, expect, it } from 'vitest'
import { Ahead } from '../../../src/agent/ahead.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { planKeepAlive, prolongByUse } from '../../../src/session/keep-alive.ts'
import { openAgentWorld } from '../agent/world.ts'
import { start } from './memory-ports.ts'
import type { Script } from './scripted.ts'

const minute = 60_000
const hour = 60 * minute

/** A session with an end, and what keeps it alive. */
async function kept(record: Partial<SessionRecord>, script: Script = {}) {
  const world = openAgentWorld({ script })
  await world.put(record)
  const session = () => world.world.session('web', () => undefined)
  const ahead = new Ahead({
    world: world.world,
    sessions: {
      inUse: () => ['web'],
      prepare: async (...asked) => await world.agent.sessions.prepare(...asked),
    },
    gate: undefined,
    random: () => 0,
    plan: (one, share) => planKeepAlive(one, share),
    use: prolongByUse,
  })
  const dueAt = () => {
    const opened = session()
    const plan = opened && planKeepAlive(opened, 0)
    return plan && plan.at - start
  }
  return { ...world, ahead, session, dueAt }
}

const at = (end: number, sliding?: true) =>
  ({ state: 'at', at: start + end, ...(sliding && { sliding }) }) as const

describe('a session is kept alive', () => {
  it('by a refresh when a tenth of the life of its token is left', async () => {
    const { ahead, ports, refreshes, dueAt } = await kept({ expiry: at(hour) })
    expect(dueAt()).toBe(54 * minute)
    ports.pass(53 * minute)
    await ahead.look()
    expect(refreshes()).toBe(0)
    ports.pass(minute)
    await ahead.look()
    expect(refreshes()).toBe(1)
    expect(dueAt()).toBeGreaterThan(hour)
  })

  it('by a refresh before the end of what renews it, where that comes first', async () => {
    const record = { expiry: at(24 * hour), refreshExpiry: at(hour), refresh: new Secret('r') }
    const { ahead, ports, refreshes, dueAt } = await kept(record)
    expect(dueAt()).toBe(54 * minute)
    ports.pass(54 * minute)
    await ahead.look()
    expect(refreshes()).toBe(1)
  })

  it('with the least where each refresh is counted', async () => {
    const script: Script = { budget: { refreshes: 25, per: 'account' } }
    const token = await kept({ expiry: at(hour) }, script)
    token.ports.pass(58 * minute)
    await token.ahead.look()
    expect(token.refreshes()).toBe(0)
    const renewal = await kept({ expiry: at(24 * hour), refreshExpiry: at(hour) }, script)
    renewal.ports.pass(58 * minute)
    await renewal.ahead.look()
    expect(renewal.refreshes()).toBe(1)
  })

  it('is not renewed all the time, where its end stays what it was', async () => {
    const end = at(hour)
    const refreshes: number[] = []
    const { ahead, ports } = await kept(
      { expiry: at(24 * hour), refreshExpiry: end },
      {
        refresh: async ({ clock }) => {
          refreshes.push(clock.now())
          return {
            access: new Secret(`access-${refreshes.length}`),
            refresh: new Secret('same'),
            refreshExpiry: end,
            expiry: { state: 'at', at: clock.now() + 24 * hour },
            context: {},
          }
        },
      },
    )
    for (let seconds = 0; seconds < 3_600; seconds += 10) {
      await ahead.look()
      ports.pass(10_000)
    }
    expect(refreshes.length).toBeGreaterThan(0)
    expect(refreshes.length).toBeLessThanOrEqual(4)
  })

  it('by use alone, where that prolongs it: the token stays', async () => {
    let asked = 0
    const script: Script = {
      traits: { sliding: true } as Script['traits'],
      info: async () => {
        asked++
        return { active: true, facts: {} }
      },
    }
    const { ahead, ports, refreshes, session, dueAt } = await kept(
      { expiry: at(15 * minute, true) },
      script,
    )
    ports.pass(13.6 * minute)
    await ahead.look()
    expect([asked, refreshes()]).toEqual([1, 0])
    expect(session()?.ports.index.get(session()?.id ?? '')).toMatchObject({
      generation: 1,
      expiry: { at: start + 28.6 * minute },
    })
    expect(dueAt()).toBeGreaterThan(27 * minute)
    await ahead.look()
    expect(asked).toBe(1)
  })

  it('by a refresh, where nothing only looks', async () => {
    const script: Script = { traits: { sliding: true } as Script['traits'] }
    const { ahead, ports, refreshes } = await kept({ expiry: at(15 * minute, true) }, script)
    ports.pass(13.6 * minute)
    await ahead.look()
    expect(refreshes()).toBe(1)
  })

  it('not at all, where its end is not known or never comes', async () => {
    for (const state of ['unknown', 'never'] as const) {
      expect((await kept({ expiry: { state } })).dueAt()).toBeUndefined()
    }
  })
})
