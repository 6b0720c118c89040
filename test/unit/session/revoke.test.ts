import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Provider, ProbeResult } from '../../../src/core/provider.ts'
import type { TokenInfo } from '../../../src/core/token.ts'
import { resolveToken } from '../../../src/session/revoke/named-token.ts'
import type { RevokeOptions } from '../../../src/session/revoke/revoke.ts'
import { keep, openLoggedIn, recordFor, web, type Script } from './scripted.ts'

const never = { state: 'never' } as const
const token = (id: string, name?: string): TokenInfo => ({ id, name, expiry: never })
const agree: RevokeOptions = { dryRun: false, agree: async () => true }

/** An API whose revocations work, are refused, or are not done. */
function openShop(ids: readonly string[], does: 'ends' | 'refuses' | 'nothing' = 'ends') {
  const alive = new Set(ids)
  const revoked: string[] = []
  const revoke: Provider['revoke'] = async (_, __, { id }) => {
    if (does === 'refuses') throw new ToknError('provider_refused', 'Shop is tired')
    revoked.push(id)
    if (does === 'ends') alive.delete(id)
  }
  const list = async () => [...alive].map((id) => token(id, `name-${id}`))
  /** Tries the token itself. */
  const probe: Provider['probe'] = async (_, { id, access }): Promise<readonly ProbeResult[]> => {
    const known = access.reveal().startsWith('access')
    const works = known && id !== undefined && alive.has(id)
    return [{ part: 'access', by: 'use', used: true, alive: works }]
  }
  const script: Script = { revoke, list, probe }
  return { alive, revoked, script }
}

describe('what is revoked', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['by id', ['aa11'], ['aa11']],
    ['by name', ['name-aa11'], ['aa11']],
    ['by a beginning', ['aa'], ['aa11']],
    ['each once', ['aa11', 'name-aa11'], ['aa11']],
    ['the one in use last', ['own', 'aa11'], ['aa11', 'own']],
  ])('%s', async (_, words, ids) => {
    const shop = openShop(['own', 'aa11', 'bb22'])
    const { session } = await openLoggedIn(shop.script, { id: 'own' })
    await session.revoke(words, agree)
    expect(shop.revoked).toEqual(ids)
  })

  it.each<readonly [string, readonly TokenInfo[] | undefined, string, string]>([
    ['', [], 'usage', 'that names no token'],
    [
      'a',
      [token('aa11')],
      'not_found',
      'no token is called "a", by id or by name; a beginning of an id has two characters or more',
    ],
    ['zz', [token('aa11')], 'not_found', 'no token is called "zz", by id or by name'],
    ['aa', [token('aa11'), token('aa22')], 'not_found', '"aa" could be 2 tokens: aa11, aa22'],
    ['../x', [token('aa11')], 'usage', '"../x" is neither an id nor the name of a token'],
    [
      '..',
      undefined,
      'usage',
      '".." is not sent as the id of a token, since no list shows that it is one',
    ],
  ])('not %j', (word, listed, code, message) => {
    expect(() => resolveToken(word, listed)).toThrow(expect.objectContaining({ code, message }))
  })

  it('nothing, unless every word is clear', async () => {
    const shop = openShop(['own', 'aa11'])
    const { session } = await openLoggedIn(shop.script, { id: 'own' })
    await expect(session.revoke(['aa11', 'zz'], agree)).rejects.toMatchObject({ code: 'not_found' })
    expect(shop.revoked).toEqual([])
  })

  it.each<readonly [boolean | undefined, string]>([
    [false, 'nothing was revoked'],
    [undefined, 'several tokens have the id same, and would be revoked together: ci, night'],
  ])('nothing of an id that others have, unless that is agreed to: %s', async (yes, message) => {
    const shop = openShop([])
    const list = async () => [token('same', 'ci'), token('same', 'night')]
    const { session } = await openLoggedIn({ ...shop.script, list }, { id: 'own' })
    const options = { dryRun: false, agree: async () => yes }
    await expect(session.revoke(['ci'], options)).rejects.toThrow(message)
    expect(shop.revoked).toEqual([])
  })
})

describe('what is said of a revocation', () => {
  it.each<readonly [string, 'ends' | 'refuses' | 'nothing', string, object]>([
    ['proven by use', 'ends', 'own', { status: 'revoked', verified: true, verifiedBy: 'use' }],
    [
      'proven by the list',
      'ends',
      'aa11',
      { status: 'revoked', verified: true, verifiedBy: 'list' },
    ],
    ['refused', 'refuses', 'aa11', { status: 'failed', verified: false }],
    ['contradicted by use', 'nothing', 'own', { status: 'failed' }],
    ['contradicted by the list', 'nothing', 'aa11', { status: 'failed' }],
  ])('%s', async (_, does, id, expected) => {
    const shop = openShop(['own', 'aa11'], does)
    const { session } = await openLoggedIn(shop.script, { id: 'own' })
    expect(await session.revoke([id], agree)).toMatchObject([{ id, ...expected }])
  })

  it.each<readonly [string, string]>([
    ['own', 'Shop says that it is revoked, but the token still works'],
    ['aa11', 'Shop says that it is revoked, and still lists a token under this id'],
  ])('in words, of %s', async (id, message) => {
    const shop = openShop(['own', 'aa11'], 'nothing')
    const { session } = await openLoggedIn(shop.script, { id: 'own' })
    const [one] = await session.revoke([id], agree)
    expect(one?.error?.message).toBe(message)
  })

  it('before, without sending anything', async () => {
    const shop = openShop(['own', 'aa11'])
    const { session } = await openLoggedIn(shop.script, { id: 'own' })
    const would = await session.revoke(['aa11'], { ...agree, dryRun: true })
    expect([would[0]?.status, shop.revoked]).toEqual(['would_revoke', []])
  })
})

describe('a session whose token is revoked', () => {
  const ci = { ...web, name: 'ci', id: 'two' }

  it('is marked as ended before the request goes out, whoever holds it', async () => {
    const shop = openShop(['own', 'aa11'])
    const seen: unknown[] = []
    const revoke: Provider['revoke'] = async (...all) => {
      seen.push((await session.of(ci).readRecord()).standing?.why)
      await shop.script.revoke?.(...all)
    }
    const { session, provider } = await openLoggedIn(
      { ...shop.script, revoke },
      { id: 'own' },
      { profiles: [web, ci] },
    )
    await keep(session.of(ci), recordFor(ci, provider, { id: 'aa11' }))
    const [one] = await session.revoke(['aa11'], agree)
    expect([seen, one?.heldBy]).toEqual([['its token was revoked'], ['ci']])
  })

  it('goes on where nothing was ended', async () => {
    const shop = openShop(['own'], 'refuses')
    const { session } = await openLoggedIn(shop.script, { id: 'own' })
    await session.revoke(['own'], agree)
    expect((await session.readRecord()).standing).toBeUndefined()
  })

  it('stays ended where nobody knows', async () => {
    const shop = openShop(['own'])
    const revoke: Provider['revoke'] = async () => {
      throw new ToknError('network', 'the connection broke', { sent: true })
    }
    const { session } = await openLoggedIn({ ...shop.script, revoke }, { id: 'own' })
    await session.revoke(['own'], agree)
    expect((await session.readRecord()).standing?.state).toBe('dead')
  })
})
