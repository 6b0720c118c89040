import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Expiry } from '../../../src/core/expiry.ts'
import { Secret } from '../../../src/core/secret.ts'
import { amendIndex, amendIndexLocked } from '../../../src/session/amend-index.ts'
import { askRenewalEnd, askRenewalEndAgain } from '../../../src/session/ask-renewal-end.ts'
import { indexStanding } from '../../../src/session/history.ts'
import { saveSession } from '../../../src/session/save-session.ts'
import { openSession } from '../../../src/session/session.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, web, type Script } from './scripted.ts'

const day = 86_400_000
const end = start + 30 * day
const told: Expiry = { state: 'at', at: end }
const refresh = new Secret('refresh-1')
const origin = 'https://other.example'

type World = Awaited<ReturnType<typeof openLoggedIn>>

/** What another process does between a request and its reply. */
const meanwhile: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'a login': async ({ session }) => await replace(session, 'login'),
  'a refresh': async ({ session }) => await replace(session, 'expired'),
  'a logout': async ({ session }) => void (await session.logout({ localOnly: true })),
}

async function replace(session: World['session'], reason: 'login' | 'expired') {
  const record = await session.readRecord()
  await saveSession(session, { ...record, access: new Secret('access-2') }, { reason, adopt: true })
}

/** A session at an API that tells, as slowly as `change` takes, when its refresh token ends. */
async function openTelling(change: (world: World) => Promise<void>): Promise<World> {
  const script: Script = {
    refresh: async () => Promise.reject(),
    info: async () => {
      await change(world)
      return { active: true, facts: {}, refresh: told }
    },
    refreshEnd: async () => {
      await change(world)
      return told
    },
  }
  const http = async () => Promise.reject(new Error('nothing is sent'))
  const world = await openLoggedIn(script, { refresh }, { http })
  return world
}

/** Commands that write down what they were told after a request. */
const asking: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  info: async ({ session }) => await session.inspect({ local: false }),
  check: async ({ session }) =>
    await session.check({ minTtl: undefined, scopes: [], online: true }),
  'a login': async ({ session }) => await askRenewalEnd(session, await session.readRecord()),
}

describe.each(Object.entries(asking))('what %s is told of a session', (_, ask) => {
  it('is written down', async () => {
    const world = await openTelling(async () => undefined)
    await ask(world)
    expect(world.ports.index.get(web.id)?.renewalEnd).toMatchObject({ at: end })
    // As it was told before, it takes no lock.
    const { log } = world.ports
    const before = log.length
    await ask(world)
    expect(log.slice(before).filter((step) => step.startsWith('lock'))).toEqual([])
  })

  it.each(Object.keys(meanwhile))('is nothing of what %s has left meanwhile', async (name) => {
    let left: unknown
    const world = await openTelling(async (opened) => {
      await meanwhile[name]?.(opened)
      left = opened.ports.index.get(web.id)
    })
    await ask(world)
    expect(world.ports.index.get(web.id)).toEqual(left)
  })

  it('fails nothing where somebody has the lock, or it cannot be had', async () => {
    for (const [code, warnings] of [
      ['busy', []],
      ['store', ['no lock']],
    ] as const) {
      const world = await openTelling(async () => undefined)
      world.ports.fail('lock', code)
      await ask(world)
      expect(world.ports.index.get(web.id)?.renewalEnd).toBeUndefined()
      expect(world.ports.warnings).toEqual(warnings)
    }
  })
})

describe('a change of what the index says', () => {
  it('is of one generation, in the store that the profile names', async () => {
    const { ports } = await openLoggedIn()
    const known = () => ports.index.get(web.id)?.origin
    const amend = (generation: number, profile = web) =>
      amendIndex(ports, profile, generation, () => ({ origin }))
    expect([amend(2), amend(0), amend(1, { ...web, usualStore: 'pass' })]).toEqual([
      false,
      false,
      false,
    ])
    expect(known()).not.toBe(origin)
    expect([amend(1), known()]).toEqual([true, origin])
    const standing = { state: 'dead', at: 1, why: 'it was ended' } as const
    indexStanding(ports, web, { generation: 2, standing })
    expect(ports.index.get(web.id)?.standing).toBeUndefined()
  })

  it('goes by what the entry says once the lock is held', async () => {
    const { ports, session } = await openLoggedIn()
    const lock = await ports.lock()
    const late = async () => async (entry: string, timeout: number) => {
      amendIndex(ports, web, 1, () => ({ tokenName: 'of another' }))
      return await lock(entry, timeout)
    }
    const changed = openSession({ ...ports, lock: late }, web)
    await amendIndexLocked(changed, 1, ({ tokenName }) =>
      tokenName === undefined ? { tokenName: 'of this' } : { origin },
    )
    expect(ports.index.get(session.id)).toMatchObject({ tokenName: 'of another', origin })
  })

  it('passes a bug on', async () => {
    const { session } = await openLoggedIn()
    const broken = async () => {
      await amendIndexLocked(session, 1, () => {
        throw new TypeError('a bug')
      })
    }
    await expect(broken()).rejects.toThrow(TypeError)
  })
})

describe('the end of a refresh token that is near', () => {
  it('is asked for once by two at the same time, and not where the session is another', async () => {
    let asked = 0
    const refreshEnd = async () => {
      asked++
      throw new ToknError('network', 'gone')
    }
    const script: Script = { refresh: async () => Promise.reject(), refreshEnd }
    const http = async () => Promise.reject(new Error('nothing is sent'))
    const { session, ports } = await openLoggedIn(script, { refresh }, { http })
    const near = { at: start + 3 * day, since: start - 90 * day, asked: start - 2 * day }
    amendIndex(ports, web, 1, () => ({ renewalEnd: near }))
    const record = await session.readRecord()
    await askRenewalEndAgain(session, { ...record, generation: 2 })
    expect([asked, ports.index.get(web.id)?.renewalEnd]).toEqual([0, near])
    await Promise.all([askRenewalEndAgain(session, record), askRenewalEndAgain(session, record)])
    expect(asked).toBe(1)
  })
})
