import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, tokens, type Script } from './scripted.ts'

const minute = 60_000
const slides: Script = { traits: { sliding: true } as Script['traits'] }
const sliding: Partial<SessionRecord> = {
  expiry: { state: 'at', at: start + 5 * minute, sliding: true },
  obtainedAt: start - 10 * minute,
}

describe('the list of scopes', () => {
  it('is had with a refreshed token where the one held is refused', async () => {
    const used: string[] = []
    const { session } = await openLoggedIn(
      {
        refresh: async () => tokens('access-2'),
        listScopes: async (_, held) => {
          used.push(held.access.reveal())
          if (used.length > 1) return ['a', 'b']
          throw new ToknError('reauth_required', 'no', { http: { status: 401 } })
        },
      },
      { refresh: new Secret('refresh-1') },
    )
    expect(await session.listScopes()).toEqual({ scopes: ['a', 'b'], from: 'api', complete: true })
    expect(used).toEqual(['access-1', 'access-2'])
  })

  it('prolongs a session that each use prolongs', async () => {
    const { session } = await openLoggedIn({ ...slides, listScopes: async () => ['a'] }, sliding)
    await session.listScopes()
    expect((await session.readRecord()).prolongedAt).toBe(start)
  })

  it('is asked for whatever the list of tokens takes', async () => {
    const { session } = await openLoggedIn({
      list: async () => [],
      lacks: () => 'tokens:read',
      listScopes: async () => ['a'],
    })
    await expect(session.list()).rejects.toMatchObject({ code: 'forbidden' })
    expect(await session.listScopes()).toMatchObject({ scopes: ['a'] })
  })
})

describe('a check that asks the provider', () => {
  const request = { minTtl: undefined, scopes: [], online: true }
  it.each([
    [{ active: true, facts: {} }, start],
    [{ active: false, facts: {} }, undefined],
    [{ answered: false, facts: {} }, undefined],
  ] as const)('prolongs a session that use prolongs, if it was used: %j', async (said, at) => {
    const { session } = await openLoggedIn({ ...slides, info: async () => said }, sliding)
    await session.check(request).catch(() => undefined)
    expect((await session.readRecord()).prolongedAt).toBe(at)
  })
})
