import { describe, expect, test } from 'vitest'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { endReplaced, findReplaced, isOther } from '../../../src/session/revoke/end-replaced.ts'
import {
  keep,
  openLoggedIn,
  openScripted,
  recordFor,
  scripted,
  tokens,
  web,
  type Script,
} from './scripted.ts'

describe('what a login replaces', () => {
  const ends = { logout: async () => undefined }
  const standing = { state: 'dead', at: 1, why: 'it was ended' } as const
  test.each<readonly [string, Script, Partial<SessionRecord>, boolean]>([
    ['can be ended', ends, {}, true],
    ['the API cannot end', {}, {}, false],
    ['is ended by an id that is not known', { revoke: async () => undefined }, {}, false],
    ['is ended by its id', { revoke: async () => undefined }, { id: 't1' }, true],
    ['has expired', ends, { expiry: { state: 'at', at: 1 } }, false],
    ['is dead', ends, { standing }, false],
  ])('is looked at where it %s', async (_, script, more, found) => {
    const { session } = await openLoggedIn(script, more)
    const record = await session.readRecord()
    expect((await findReplaced(session, record)) !== undefined).toBe(found)
  })

  test('is nothing of another id, nor of other settings', async () => {
    const { session, provider } = await openLoggedIn(ends)
    expect(await findReplaced(session, undefined)).toBeUndefined()
    const other = recordFor({ ...web, id: 'two' }, provider)
    expect(await findReplaced(session, other)).toBeUndefined()
    const moved = recordFor({ ...web, baseUrl: 'https://other.example' }, provider)
    expect(await findReplaced(session, moved)).toBeUndefined()
  })

  test.each([[web], [{ ...web, store: 'keychain' } as const]])(
    'is what it was then, refreshed while the login was made: %j',
    async (before) => {
      const ended: string[] = []
      const script: Script = {
        refresh: async () => tokens('access-2', { refresh: new Secret('refresh-2') }),
        logout: async (_, held) => {
          ended.push(held.access.reveal(), held.refresh?.reveal() ?? 'none')
          return undefined
        },
      }
      const world = openScripted(script, { profiles: [before] })
      const { session, provider } = world
      const held = session.of(before)
      await keep(held, recordFor(before, provider, { refresh: new Secret('refresh-1') }))
      Object.assign(provider, {
        login: (async () => {
          await held.fresh({ refresh: 'force' })
          return tokens('access-3')
        }) satisfies Provider['login'],
      })
      const answers = { settings: {}, secrets: {} }
      const request = { provider, answers, grant: {}, remember: false, force: false }
      const saved = await session.login(request)
      expect(saved.record.access.reveal()).toBe('access-3')
      const replaced = await findReplaced(held, saved.replaced)
      expect(replaced).toBeDefined()
      if (replaced !== undefined) await endReplaced(replaced, session.of(saved.profile))
      expect(ended).toEqual(['access-2', 'refresh-2'])
    },
  )

  test.each([
    [{ access: 'a', id: '1' }, { access: 'b', id: '2' }, true],
    [{ access: 'a' }, { access: 'b' }, true],
    [{ access: 'a', id: '1' }, { access: 'b', id: '1' }, false],
    [{ access: 'a', id: '1' }, { access: 'a', id: '2' }, false],
  ])('%j and %j: another is %s', (old, next, other) => {
    const of = ({ access, id }: { access: string; id?: string }) =>
      recordFor(web, scripted(), { access: new Secret(access), id })
    expect(isOther({ record: of(old) } as never, of(next))).toBe(other)
  })
})
