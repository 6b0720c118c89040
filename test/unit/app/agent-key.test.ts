import { beforeEach, describe, expect, test } from 'vitest'
import { openAgentKey } from '../../../src/app/agent-key.ts'
import { ToknError } from '../../../src/core/errors.ts'
import { Secret } from '../../../src/core/secret.ts'
import { openSession } from '../../../src/session/session.ts'
import { openMemoryPorts, type MemoryPorts } from '../session/memory-ports.ts'
import { keep, recordFor, scripted, web } from '../session/scripted.ts'

const shop = { ...web, name: 'shop', id: 'two' }
let ports: MemoryPorts

beforeEach(() => {
  ports = openMemoryPorts({ provider: async () => scripted(), profiles: [shop, web] })
})

async function logIn(profile: typeof web): Promise<void> {
  await keep(openSession(ports, profile), recordFor(profile, scripted()))
}

async function erase(profile: typeof web): Promise<void> {
  await (await ports.store('file')).remove(profile.id)
}

const openKey = () => openAgentKey({ given: () => ({}), open: () => ports, serves: () => true })
const given = { key: new Secret('a key') }

describe('the key of a store', () => {
  test('is proven by a session that is there, whichever that is', async () => {
    await logIn(shop)
    await logIn(web)
    await erase(shop)
    const key = openKey()
    expect(key.isMissing()).toBe(true)
    await key.open(given)
    expect(key.isMissing()).toBe(false)
  })

  test.each([
    ['no session', async () => undefined],
    [
      'none that is still there',
      async () => {
        await logIn(web)
        await erase(web)
      },
    ],
  ])('is refused where it opens %s', async (_, prepare) => {
    await prepare()
    const key = openKey()
    await expect(key.open(given)).rejects.toThrow('no session of the agent is in a store')
    await expect(key.open({ passphrase: new Secret('x') })).rejects.toThrow('no session')
    expect(key.opening.storeKey()).toBeUndefined()
  })

  test('is that of the store in which the agent looks, whatever a profile says', async () => {
    const kept = { ...web, store: 'memory' }
    ports = openMemoryPorts({ provider: async () => scripted(), profiles: [kept] })
    await logIn(web)
    expect(openKey().isMissing()).toBe(false)
    const key = openAgentKey({
      given: () => ({}),
      open: () => ports,
      serves: () => true,
      store: 'file',
    })
    expect([key.isMissing(), key.isMissingFor(web.name)]).toEqual([true, true])
    await key.open(given)
    expect(key.isMissing()).toBe(false)
  })

  test('is missed though another profile is damaged, and looked for once for each change', async () => {
    await logIn(web)
    let read = 0
    let stamp = 'one'
    const { profiles } = ports
    const damaged = () => {
      read++
      throw new ToknError('usage', 'damaged')
    }
    Object.assign(profiles, {
      list: damaged,
      stamp: () => stamp,
      outlines: () => [
        { name: 'web', read: () => web },
        { name: 'bad', read: damaged },
      ],
    })
    const key = openKey()
    expect([key.isMissing(), key.isMissing(), read]).toEqual([true, true, 1])
    stamp = 'two'
    expect([key.isMissing(), read]).toEqual([true, 2])
  })
})
