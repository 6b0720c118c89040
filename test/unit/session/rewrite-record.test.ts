import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { start, type MemoryPorts } from './memory-ports.ts'
import { openLoggedIn, type Script } from './scripted.ts'

const credentials = { password: new Secret('correct horse') }
const minute = 60_000
const sliding: Partial<SessionRecord> = {
  expiry: { state: 'at', at: start + 5 * minute, sliding: true },
  obtainedAt: start - 10 * minute,
}

/** From now on the store takes what is written, and keeps nothing of it. */
function loseWrites(ports: MemoryPorts): void {
  const { store } = ports
  Object.assign(ports, {
    store: async (kind: 'file') => ({ ...(await store(kind)), write: async () => undefined }),
  })
}

/** What was done with the entry in the store. */
const steps = ({ log }: MemoryPorts) => log.filter((line) => line.endsWith(' file one'))

/** An API that counts what it was asked to end. */
function openEnding() {
  const ended: string[] = []
  const script: Script = {
    list: async () => [{ id: 't1', expiry: { state: 'never' } }],
    revoke: async (_, __, { id }) => void ended.push(id),
    logout: async (_, { id = '' }) => {
      ended.push(id)
      return undefined
    },
  }
  return { ended, script }
}

describe('a change of a record within its generation', () => {
  test('is read back before a logout ends the session', async () => {
    const { ended, script } = openEnding()
    const { session, ports } = await openLoggedIn(script, { id: 't1' })
    loseWrites(ports)
    expect(await session.logout({ localOnly: false })).toMatchObject({ failed: true })
    expect(ended).toEqual([])
  })

  test('is read back before a token is revoked that is held', async () => {
    const { ended, script } = openEnding()
    const { session, ports } = await openLoggedIn(script, { id: 't1' })
    loseWrites(ports)
    const agree = async () => true
    const revocations = await session.revoke(['t1'], { dryRun: false, agree })
    expect(revocations).toMatchObject([{ error: { code: 'store' } }])
    expect(ended).toEqual([])
  })

  test('is read back where credentials are forgotten', async () => {
    const { session, ports } = await openLoggedIn({}, { credentials })
    loseWrites(ports)
    await expect(session.forgetCredentials()).rejects.toMatchObject({ code: 'store' })
  })

  test('costs one read and one write where a use prolongs the session', async () => {
    const { session, ports } = await openLoggedIn({}, sliding)
    const held = await session.readRecord()
    ports.log.length = 0
    await session.prolong(held, start)
    expect(steps(ports)).toEqual(['read file one', 'write file one'])
    expect((await session.readRecord()).prolongedAt).toBe(start)
  })
})
