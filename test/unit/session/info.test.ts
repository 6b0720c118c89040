import { openSession } from '../../../src/session/session.ts'
import { afterEach, describe, expect, it } from 'vitest'
import type { Expiry } from '../../../src/core/expiry.ts'
import type { TokenInfo } from '../../../src/core/token.ts'
import { inspect } from '../../../src/session/info.ts'
import { describeListed } from '../../../src/session/listed-token.ts'
import { json } from '../providers/reach.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld | undefined
afterEach(async () => await world?.close())

const end = Date.now() + 3_600_000
const at = (instant: number): Expiry => ({ state: 'at', at: instant })

describe('what a list says of the held token', () => {
  it.each<readonly [Expiry, Expiry | undefined]>([
    [{ state: 'unknown' }, undefined],
    [{ state: 'never' }, { state: 'never' }],
    [at(end), at(end)],
    [at(1), at(1)],
  ])('%o is told as %o', (expiry, access) => {
    expect(describeListed([{ id: 'one', expiry } satisfies TokenInfo]).access).toEqual(access)
  })
})

describe('the end that a command tells', () => {
  const request = { method: 'GET' as const, path: '/tokens' }
  const expiry = { from: 'end', as: 'instant' }
  const list = (more: object) => ({ list: { request, reply: { items: '', id: 'id', ...more } } })
  const info = (more: object) => ({ info: { request, reply: { userId: 'id', ...more } } })
  const later = new Date(end + 60_000).toISOString()

  it.each<readonly [string, Readonly<Record<string, unknown>>, object, Expiry | undefined]>([
    ['a list without a place for it', list({}), [{ id: 'one' }], undefined],
    ['a list that leaves it out', list({ expiry }), [{ id: 'one' }], undefined],
    ['a list with an empty one', list({ expiry }), [{ id: 'one', end: null }], undefined],
    ['a list that tells it', list({ expiry }), [{ id: 'one', end: later }], at(end + 60_000)],
    ['an answer without a place for it', info({}), { id: 'one' }, undefined],
    ['an answer that leaves it out', info({ expiry }), { id: 'one' }, undefined],
    ['an answer with an empty one', info({ expiry }), { id: 'one', end: '' }, undefined],
    ['an answer that tells it', info({ expiry }), { id: 'one', end: later }, at(end + 60_000)],
  ])('is not hidden by %s', async (_, changes, body, access) => {
    world = await openWorld('definition', { changes, record: { id: 'one', expiry: at(end) } })
    const ports = { ...world.ports, http: async () => async () => json(body) }
    const { remote } = await inspect(openSession(ports, world.profile), { local: false })
    expect(remote).toBeDefined()
    expect(remote?.access).toEqual(access)
  })
})
