import { describe, expect, test } from 'vitest'
import { checkEngines } from '../../../src/app/diagnosis-engines.ts'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profile } from '../../../src/core/profile.ts'
import type { SharedEngine } from '../../../src/core/shared-engine.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { startMemoryServer } from '../../support/memory-engine.ts'

const profile = (name: string, store: string): Profile => ({
  ...{ name, id: `id-${name}`, provider: 'any', settings: {}, store },
})

/** Ports that know stores called `here` and `many`, and how the engines of that one are opened. */
function portsWith(engine: (id: string | undefined) => SharedEngine): Ports {
  const traits = (kind: string) => ({ kind, shared: kind === 'many' })
  return {
    clock: { now: Date.now },
    stores: { traits },
    engine: async (_kind: string, id?: string) => ({
      engine: engine(id),
      ring: {
        look: async () => ({ kid: 'k', from: 'TOKN_STORE_KEY', role: 'reader', inUse: ['k'] }),
      },
    }),
  } as unknown as Ports
}

const looked = { usualStore: 'here', offline: false }

describe('the engines of stores that many machines share', () => {
  test('are looked at once each, and measured from here', async () => {
    const [one, other] = [startMemoryServer().connect(), startMemoryServer().connect()]
    const ports = portsWith((id) => (id === 'id-c' ? other : one))
    const profiles = [profile('a', 'many'), profile('b', 'many'), profile('c', 'many')]
    const found = await checkEngines({
      ports,
      ...looked,
      profiles: [...profiles, profile('d', 'here')],
    })
    const ids = found.map(({ id }) => id)
    expect(ids.filter((id) => id === 'store.many')).toHaveLength(2)
    expect(ids.filter((id) => id === 'store.many.clock')).toHaveLength(2)
    expect(ids.filter((id) => id === 'store.many.latency')).toHaveLength(2)
    expect(found[0]).toMatchObject({ status: 'ok', detail: `${one.describe()} answers` })
    expect(await checkEngines({ ports, ...looked, profiles: [profile('d', 'here')] })).toEqual([])
  })

  test('are looked at where a variable names one, and no profile has it', async () => {
    const engine = startMemoryServer().connect()
    const request = { ports: portsWith(() => engine), usualStore: 'many', profiles: [] }
    expect((await checkEngines({ ...request, offline: false }))[0]).toMatchObject({
      id: 'store.many',
    })
    expect(await checkEngines({ ...request, offline: true })).toEqual([
      { id: 'store.many', status: 'skip', detail: 'not contacted' },
    ])
  })

  test.each([
    [-40_000, 'the clock of this machine is 40s ahead of that of the engine'],
    [3_600_000, 'the clock of this machine is 1h behind that of the engine'],
  ])('with a clock that is %d ms ahead are told', async (ahead, told) => {
    const engine = startMemoryServer().connect()
    const skewed = { ...engine, now: async () => Date.now() + ahead }
    const found = await checkEngines({
      ports: portsWith(() => skewed),
      ...looked,
      usualStore: 'many',
      profiles: [],
    })
    expect(found.find(({ id }) => id === 'store.many.clock')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining(told),
      fix: 'set the clock: timedatectl set-ntp true',
    })
  })

  test('judge what a user may do by the key at hand', async () => {
    const engine = startMemoryServer().connect()
    const asked: unknown[] = []
    const examine = async (writes?: boolean) => {
      asked.push(writes)
      return []
    }
    await checkEngines({
      ports: portsWith(() => ({ ...engine, examine })),
      ...looked,
      usualStore: 'many',
      profiles: [],
    })
    expect(asked).toEqual([false])
  })

  test('that are not reached, or not named, fail with the code, and once', async () => {
    const gone = new ToknError('network', { message: 'nobody is there', hint: 'look' })
    const engine = startMemoryServer().connect()
    const broken = { ...engine, examine: () => Promise.reject(gone) }
    const profiles = [profile('a', 'many'), profile('b', 'many')]
    const expected = [
      { id: 'store.many', status: 'fail', detail: 'nobody is there (network)', fix: 'look' },
    ]
    expect(await checkEngines({ ports: portsWith(() => broken), ...looked, profiles })).toEqual(
      expected,
    )
    const unnamed = portsWith(() => {
      throw gone
    })
    expect(await checkEngines({ ports: unnamed, ...looked, profiles })).toEqual(expected)
  })
})
