import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { callWithToken, requireOperation } from '../../../src/session/call.ts'
import { checkOrigin } from '../../../src/session/check-origin.ts'
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

const hour = 3_600_000
const refresh = new Secret('refresh-1')
const renew: Provider['refresh'] = async () => tokens('access-2', { refresh: new Secret('r-2') })

describe('a call with the token', () => {
  const refused = new ToknError('reauth_required', 'no', { http: { status: 401 } })

  /** Refuses the first `times` tokens that come. */
  function refusing(times: number) {
    const used: string[] = []
    const call = async ({ record }: { record: SessionRecord }) => {
      used.push(record.access.reveal())
      if (used.length <= times) throw refused
      return 'done'
    }
    return { used, call }
  }

  it.each<readonly [string, number, Partial<SessionRecord>, 'auto' | 'never', readonly string[]]>([
    ['accepted', 0, { refresh }, 'auto', ['access-1']],
    ['refused once, is made with a new one', 1, { refresh }, 'auto', ['access-1', 'access-2']],
    ['refused twice, fails', 2, { refresh }, 'auto', ['access-1', 'access-2']],
    ['refused, fails where nothing is to be refreshed', 1, { refresh }, 'never', ['access-1']],
    ['refused, fails without a refresh token', 1, {}, 'auto', ['access-1']],
    [
      'refused though it was new, fails',
      1,
      { refresh, expiry: { state: 'at', at: start } },
      'auto',
      ['access-2'],
    ],
  ])('%s', async (_, times, record, mode, expected) => {
    const { session } = await openLoggedIn({ refresh: renew, list: async () => [] }, record)
    const { used, call } = refusing(times)
    const work = callWithToken(session, 'list', call, mode)
    if (times < expected.length) await expect(work).resolves.toBe('done')
    else
      await expect(work).rejects.toMatchObject({ code: 'reauth_required', hint: 'tokn login web' })
    expect(used).toEqual(expected)
  })

  it('of two that are refused at once is refreshed once', async () => {
    let refreshes = 0
    const script: Script = {
      refresh: async () => tokens(`access-${++refreshes + 1}`, { refresh }),
      list: async () => [],
    }
    const { session } = await openLoggedIn(script, { refresh })
    const used: string[] = []
    /** The token is refused once both have sent it; the later one hears of it after `before`. */
    let sent: () => void = () => undefined
    const bothSent = new Promise<void>((resolve) => (sent = resolve))
    const call = (before: Promise<unknown>) =>
      callWithToken(session, 'list', async ({ record }) => {
        used.push(record.access.reveal())
        if (record.access.reveal() !== 'access-1') return 'done'
        if (used.length === 2) sent()
        await bothSent
        await before
        throw refused
      })
    const first = call(Promise.resolve())
    expect(await Promise.all([first, call(first)])).toEqual(['done', 'done'])
    expect([refreshes, used]).toEqual([1, ['access-1', 'access-1', 'access-2', 'access-2']])
  })

  it('asks again for what the provider wants each time', async () => {
    const fields = [{ name: 'password', label: 'Password', secret: true }]
    const seen: unknown[] = []
    const { session } = await openLoggedIn(
      {
        fields,
        asks: { list: ['password'] },
        list: async ({ answers }) => {
          seen.push((answers['password'] as Secret).reveal())
          return []
        },
      },
      {},
      {
        answers: {
          fromEnvironment: (name) => (name === 'password' ? 'from the variable' : undefined),
        },
      },
    )
    await session.list()
    expect(seen).toEqual(['from the variable'])
  })

  it('reads the files that settings name, at each use', async () => {
    const fields = [{ name: 'key_file', label: 'Key', file: true } as const]
    const seen: unknown[] = []
    const { session, ports } = await openLoggedIn(
      {
        fields,
        list: async ({ answers }) => {
          seen.push((answers['key'] as Secret).reveal())
          return []
        },
      },
      { binding: { provider: 'shop', 'setting key_file': '/key' } },
      { profile: { ...web, settings: { key_file: '/key' } } },
    )
    for (const text of ['one', 'two']) {
      ports.files.set('/key', text)
      await session.list()
    }
    expect(seen).toEqual(['one', 'two'])
  })

  it('says where the user can do what the API cannot', () => {
    const check = requireOperation('list')
    const hint = 'tokn provider show shop'
    const unsupported = (message: string) =>
      expect.objectContaining({ code: 'unsupported', message, hint }) as Error
    expect(() => check(scripted())).toThrow(unsupported('Shop has no way to list tokens'))
    const why = { list: 'see them at shop.example' }
    expect(() => check(scripted({ why }))).toThrow(unsupported('see them at shop.example'))
  })
})

describe('a record is refused', () => {
  it.each<readonly [string, Script, Partial<SessionRecord>, string]>([
    [
      'whose profile has changed',
      {},
      { binding: { provider: 'shop', 'base URL': 'https://old.example' } },
      'profile "web" has no base URL, but its session belongs to "https://old.example"',
    ],
    [
      'whose definition has changed',
      { digest: 'new' },
      { definition: 'old' },
      'the definition of provider "shop" has changed since "web" logged in',
    ],
    [
      'whose provider has moved',
      { origins: ['https://new.example'] },
      { origins: ['https://shop.example'] },
      'provider "shop" now uses https://new.example, which the session of "web" is not bound to',
    ],
  ])('%s', async (_, script, record, message) => {
    const { session } = await openLoggedIn({ list: async () => [], ...script }, record)
    await expect(session.list()).rejects.toMatchObject({ code: 'reauth_required', message })
  })

  it.each<readonly [string, (world: ReturnType<typeof openScripted>) => Promise<unknown>, object]>([
    [
      'that is not there',
      async ({ session }) => await session.readRecord(),
      { code: 'reauth_required', message: '"web" is not logged in', hint: 'tokn login web' },
    ],
    [
      'that is in another store',
      async ({ session }) =>
        await session.of({ ...web, store: 'keychain', usualStore: 'file' }).readRecord(),
      {
        message:
          'there is no session of "web" in the keychain store; by its profile it is in the file store',
      },
    ],
    [
      'that the keychain does not give, though the index knows it',
      async ({ session, ports }) => {
        ports.index.put('one', { generation: 1, expiry: { state: 'never' }, obtainedAt: start })
        return await session.of({ ...web, store: 'keychain' }).readRecord()
      },
      { code: 'store', hint: 'try again; if that does not help: tokn login web' },
    ],
    [
      'that is damaged',
      async ({ session }) => {
        await (await session.store()).write('one', 1, '{}')
        return await session.readRecord()
      },
      { code: 'store', message: 'the stored session of "web" is damaged' },
    ],
  ])('%s', async (_, read, said) => {
    await expect(read(openScripted())).rejects.toMatchObject(said)
  })
})

describe('an ID token', () => {
  const idToken = (end: number) =>
    `e30.${Buffer.from(JSON.stringify({ exp: end / 1_000 })).toString('base64url')}.c2ln`
  const renewed = (end: number): Provider['refresh'] => {
    return async () => tokens('access-2', { context: { id_token: idToken(end) } })
  }

  it('is refreshed though the access token is good', async () => {
    const context = { id_token: idToken(start - 1_000) }
    const { session } = await openLoggedIn({ refresh: renewed(start + hour) }, { refresh, context })
    expect(await session.idToken()).toMatchObject({
      refreshed: true,
      idToken: idToken(start + hour),
    })
  })

  it('that another process has renewed meanwhile is not renewed again', async () => {
    let refreshes = 0
    const counted: Provider['refresh'] = async () => {
      refreshes++
      return tokens('access-3', { context: { id_token: idToken(start + hour) } })
    }
    const context = { id_token: idToken(start - 1_000) }
    const { session, provider, ports } = await openLoggedIn(
      { refresh: counted },
      { refresh, context },
    )
    // The other is done between the look at the old one and the refresh.
    const other = recordFor(web, provider, {
      generation: 2,
      refresh,
      context: { id_token: idToken(start + hour) },
    })
    let looks = 0
    const { refreshPending } = ports
    Object.assign(ports, {
      refreshPending: async (entry: string) => {
        if (++looks === 3) await keep(session, other)
        return await refreshPending(entry)
      },
    })
    expect(await session.idToken()).toMatchObject({ idToken: idToken(start + hour) })
    expect(refreshes).toBe(0)
  })

  it.each<readonly [string, Readonly<Record<string, string>>, object]>([
    [
      'there is none',
      {},
      {
        code: 'not_found',
        message: 'the provider gave "web" no ID token',
        hint: 'ask for it with: tokn login web --scope openid',
      },
    ],
    [
      'a refresh brings no new one',
      { id_token: idToken(start - 1_000) },
      {
        code: 'reauth_required',
        message: 'the ID token of "web" is too old',
        hint: 'tokn login web',
      },
    ],
  ])('%s', async (_, context, said) => {
    const { session } = await openLoggedIn({ refresh: renewed(start - 500) }, { refresh, context })
    await expect(session.idToken()).rejects.toMatchObject(said)
  })
})

describe('where a token is sent', () => {
  const bound = { origins: ['https://shop.example'], profileId: 'one' }
  it.each<readonly [string, typeof bound, string, string | undefined]>([
    [
      'https://evil.example/',
      bound,
      'refusing to send the token to https://evil.example',
      'its session is bound to: https://shop.example; bind another with tokn login --api-url URL',
    ],
    [
      'https://evil.example/',
      { origins: [], profileId: 'environment-tokn_token' },
      'refusing to send the token to https://evil.example',
      'say where it may be sent with TOKN_API_URL',
    ],
    [
      'https://user:pass@shop.example/',
      bound,
      'refusing to send the token to a URL with a user or password in it',
      undefined,
    ],
  ])('not to %s', (url, record, message, hint) => {
    expect(() => checkOrigin(record, new URL(url))).toThrow(
      expect.objectContaining({ code: 'usage', message, hint }),
    )
  })

  it('to the origins that it is bound to', () => {
    expect(() => checkOrigin(bound, new URL('https://shop.example/api?q=1'))).not.toThrow()
  })
})
