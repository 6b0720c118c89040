import { describe, expect, test } from 'vitest'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import {
  endReplaced,
  leaveReplaced,
  findReplaced,
  isOther,
} from '../../../src/session/revoke/end-replaced.ts'
import { start } from './memory-ports.ts'
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
    ['that may be good: its rest is told of', { state: 'at', at: start + 1 }, ['left', 'told']],
    ['that has expired: its rest is taken back', { state: 'at', at: 1 }, ['taken']],
  ] as const)('is a session %s', async (_, expiry, expected) => {
    const seen: string[] = []
    const script: Script = {
      takeBack: async () => void seen.push('taken'),
      leaves: async () => {
        seen.push('left')
        return 'told'
      },
    }
    const { session, ports } = await openLoggedIn(script, { expiry })
    const record = await session.readRecord()
    await leaveReplaced(session, record, { ...record, access: new Secret('next') })
    expect([...seen, ...ports.warnings]).toEqual(expected)
  })

  test.each([
    ['another issuer', { settings: { issuer: 'https://b.example' } }, 'nothing'],
    ['another base URL', { baseUrl: 'https://b.example' }, 'nothing'],
    ['the same', {}, 'of the variables'],
  ])('of %s gets of what variables have: %s', async (_, changes, expected) => {
    const got: unknown[] = []
    const script: Script = {
      fields: [
        { name: 'issuer', label: 'Issuer', server: 'itself' },
        { name: 'client_secret', label: 'Secret', secret: true, optional: true },
      ],
      asks: { logout: ['client_secret'] },
      logout: async ({ answers }) => {
        const secret = answers['client_secret']
        got.push(secret instanceof Secret ? secret.reveal() : 'nothing')
        return undefined
      },
    }
    const before = { ...web, settings: { issuer: 'https://a.example' } }
    const fromEnvironment = (name: string) =>
      name === 'client_secret' ? 'of the variables' : undefined
    const world = openScripted(script, { profiles: [before], answers: { fromEnvironment } })
    const { session, provider } = world
    const record = recordFor(before, provider)
    const replaced = await findReplaced(session.of(before), record)
    expect(replaced).toBeDefined()
    if (replaced !== undefined) await endReplaced(replaced, session.of({ ...before, ...changes }))
    expect(got).toEqual([expected])
  })

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
