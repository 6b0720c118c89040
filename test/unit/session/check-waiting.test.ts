import { describe, expect, it } from 'vitest'
import type { Expiry } from '../../../src/core/expiry.ts'
import { serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { checkSession } from '../../../src/session/check.ts'
import { digestOfSpent } from '../../../src/session/refresh/journal-entry.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, recordFor, web, type ScriptedWorld } from './scripted.ts'

// What a refresh was cut off with: a check judges what the next command would use.

const hour = 3_600_000
const at = (left: number): Expiry => ({ state: 'at', at: start + left })
const held: Partial<SessionRecord> = { refresh: new Secret('refresh-1'), expiry: at(hour) }
const refresh = async () => Promise.reject(new Error('nothing is refreshed by a check'))
const plain = { minTtl: undefined, scopes: [], online: false }

async function open(): Promise<ScriptedWorld> {
  return await openLoggedIn({ refresh, rotation: 'always' }, held)
}

/** Leaves a journal as a refresh does that dies after the phase that `write` is. */
async function leave(
  { ports, session, provider }: ScriptedWorld,
  write: { readonly record?: Partial<SessionRecord>; readonly status?: number },
): Promise<void> {
  const before = recordFor(web, provider, held)
  const slot = await (await ports.journal()).reserve(session.entry)
  const spent = digestOfSpent(before)
  slot.intend(JSON.stringify({ generation: 2, at: start, spent, again: false, facts: {} }))
  const { seal } = await ports.seal()
  const key = await (await session.store()).sealingKey()
  if (write.status !== undefined) {
    const reply = { status: write.status, headers: [], body: '{}' }
    const answer = { way: 'refresh', method: 'POST', place: 'x', sentAt: start, at: start, reply }
    slot.answer(await seal(JSON.stringify(answer), key, session.entry))
  }
  if (write.record !== undefined) {
    const next = { ...before, access: new Secret('access-2'), generation: 2, ...write.record }
    slot.record(await seal(serializeRecord(next), key, session.entry))
  }
}

describe('a check of a session with a refresh that was cut off', () => {
  it('judges the tokens that the store did not take, not those before them', async () => {
    const world = await open()
    await leave(world, { record: { expiry: at(2 * hour) } })
    const { record, failure } = await checkSession(world.session, { ...plain, minTtl: hour })
    expect(failure).toBeUndefined()
    expect(record.access.reveal()).toBe('access-2')
  })

  it('finds those too old where they are', async () => {
    const world = await open()
    await leave(world, { record: { expiry: at(-1), refresh: undefined } })
    const { failure } = await checkSession(world.session, plain)
    expect(failure?.reason).toBe('expired')
  })

  it('goes by the store where that has a later generation', async () => {
    const world = await open()
    await leave(world, { record: { generation: 1, expiry: at(-1) } })
    const { record, failure } = await checkSession(world.session, plain)
    expect(failure).toBeUndefined()
    expect(record.access.reveal()).toBe('access-1')
  })

  it.each([200, 401])('cannot judge an answer of %d that nobody has read', async (status) => {
    const world = await open()
    await leave(world, { status })
    const { failure } = await checkSession(world.session, plain)
    expect(failure).toMatchObject({
      reason: 'refresh_pending',
      error: { code: 'check_failed', hint: 'tokn refresh web' },
    })
  })

  it('waits for one that is about to end', async () => {
    const world = await open()
    await leave(world, { status: 200 })
    const { ports, session } = world
    const { clock } = ports
    const wait = async () => (await ports.journal()).remove(session.entry)
    const failure = await checkSession(
      Object.assign(session, { ports: { ...ports, clock: { ...clock, wait } } }),
      plain,
    )
    expect(failure.failure).toBeUndefined()
  })

  it('goes by the store where no answer came, or one that says "not now"', async () => {
    for (const left of [{}, { status: 503 }]) {
      const world = await open()
      await leave(world, left)
      expect((await checkSession(world.session, plain)).failure).toBeUndefined()
    }
  })

  it('changes nothing', async () => {
    const world = await open()
    await leave(world, { record: { expiry: at(2 * hour) } })
    const before = world.ports.log.length
    await checkSession(world.session, plain)
    const after = world.ports.log.slice(before)
    expect(after.filter((step) => !step.startsWith('read '))).toEqual([])
  })
})
