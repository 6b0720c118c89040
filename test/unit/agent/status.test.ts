import { expect, test } from 'vitest'
import { describeAgent } from '../../../src/agent/status.ts'
import { openSession } from '../../../src/session/session.ts'
import { web } from '../session/scripted.ts'
import { openAgentWorld } from './world.ts'

test.each([true, false])(
  'of a store that is silent, no session keeps an agent from telling of itself (known here: %s)',
  async (isKnown) => {
    const { world, ports, put } = openAgentWorld()
    if (isKnown) await put({})
    const silent: typeof ports = {
      ...ports,
      stores: {
        ...ports.stores,
        traits: (kind) => ({ ...ports.stores.traits(kind), shared: true }),
      },
      fleet: async () => await new Promise(() => undefined),
    }
    const described = await describeAgent(
      { ...world, session: () => openSession(silent, web) },
      0,
      undefined,
      ['web'],
    )
    expect(described).toMatchObject({
      profiles: [{ profile: 'web', state: isKnown ? 'alive' : 'unknown' }],
    })
  },
)
