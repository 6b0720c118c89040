import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import { start } from './memory-ports.ts'
import { openLoggedIn, openScripted, web, type Script } from './scripted.ts'

const everywhere = { localOnly: false }

/** An API that ends a session, and of which it can be seen whether it did. */
function ending(alive = { now: true }): Script {
  return {
    logout: async () => {
      alive.now = false
      return undefined
    },
    probe: async (_, { access }) => [
      { part: 'access', by: 'use', used: true, alive: alive.now && access.reveal() === 'access-1' },
    ],
  }
}

describe('how a session ends', () => {
  it.each<readonly [string, Script, object]>([
    ['proven', ending(), { revoked: true, verified: true, failed: false }],
    [
      'unproven',
      { logout: async () => undefined },
      { revoked: true, verified: false, unverified: 'nothing shows whether it still works' },
    ],
    [
      'not, where nobody ends it',
      { why: { logout: 'end it at shop.example' } },
      { revoked: false, alive: 'end it at shop.example', failed: false },
    ],
    ['not, where the API says no more', {}, { alive: 'Shop keeps it alive until it expires' }],
    [
      'not, where its id is not known',
      { revoke: async () => undefined },
      { failed: true, alive: 'Shop ends a token by its id, and the id of this one is not known' },
    ],
    [
      'not, where the provider refuses',
      {
        logout: async () => {
          throw new ToknError('provider_refused', 'Shop is tired')
        },
      },
      { failed: true, doubtful: true, alive: 'the provider did not revoke it: Shop is tired' },
    ],
    [
      'not, where it turns out to have no such operation',
      {
        logout: async () => {
          throw new ToknError('unsupported', 'Shop ends nothing')
        },
      },
      { failed: false, alive: 'Shop ends nothing' },
    ],
  ])('%s', async (_, script, expected) => {
    const { session } = await openLoggedIn(script)
    expect(await session.logout(everywhere)).toMatchObject({ erased: true, ...expected })
    expect(await session.condition()).toEqual({ state: 'none' })
  })

  it('here alone tells what the login has set up and is left', async () => {
    const { session, ports } = await openLoggedIn({
      logout: async () => undefined,
      leaves: async () => 'a client is left',
    })
    await session.logout({ localOnly: true })
    expect(ports.warnings).toEqual(['a client is left'])
  })

  it('here alone, where that is asked for', async () => {
    const { session } = await openLoggedIn(ending())
    expect(await session.logout({ localOnly: true })).toMatchObject({
      erased: true,
      revoked: false,
      alive: 'the token was not revoked, as asked',
      aliveUntil: start + 3_600_000,
    })
  })

  it('is nothing where there is none', async () => {
    const { session } = openScripted(ending())
    expect(await session.logout(everywhere)).toMatchObject({ erased: false, failed: false })
  })

  it('that is over by its time is told as that', async () => {
    const { session, ports } = await openLoggedIn()
    ports.pass(2 * 3_600_000)
    const { ended, alive } = await session.logout(everywhere)
    expect([ended, alive]).toEqual(['its token had expired at 2026-01-15T13:00:00Z', undefined])
  })

  it('nobody is handed the token meanwhile: it is marked before the request goes out', async () => {
    const seen: unknown[] = []
    const logout: Provider['logout'] = async () => {
      const { standing, credentials } = await session.readRecord()
      seen.push(standing?.why, credentials)
      return undefined
    }
    const kept = { credentials: { password: new Secret('correct horse') } }
    const { session } = await openLoggedIn({ logout }, kept)
    await session.logout(everywhere)
    expect(seen).toEqual(['a logout that was cut off had asked the provider to end it', undefined])
  })

  it('ends the tokens of a refresh that could not store them', async () => {
    const used: string[] = []
    const script: Script = {
      refresh: async (reach) => {
        await reach.http({ method: 'POST', url: new URL('https://shop.example'), grants: true })
        return {
          access: new Secret('access-2'),
          refresh: new Secret('refresh-2'),
          expiry: { state: 'never' },
          context: {},
        }
      },
      logout: async (_, { access }) => void used.push(access.reveal()) as undefined,
    }
    const http = async () => ({ status: 200, headers: [], body: '{}' })
    const { session, ports } = await openLoggedIn(
      script,
      { refresh: new Secret('refresh-1') },
      { http },
    )
    ports.fail('write file')
    await session.refresh({ minTtl: undefined, force: false })
    ports.mend('write file')
    await session.logout(everywhere)
    expect(used).toEqual(['access-2'])
  })

  it('that cannot be read is erased only where that is asked for', async () => {
    const { session, ports } = await openLoggedIn(ending())
    ports.fail('read file')
    await expect(session.logout(everywhere)).rejects.toMatchObject({
      code: 'store',
      hint: 'tokn logout web --local-only',
    })
    expect(await session.logout({ localOnly: true })).toMatchObject({ alive: 'no read file' })
  })

  it('of a profile that was changed is erased, and the provider is not told', async () => {
    const { session } = await openLoggedIn(ending())
    const changed = session.of({ ...web, baseUrl: 'https://elsewhere.example' })
    expect(await changed.logout(everywhere)).toMatchObject({
      erased: true,
      revoked: false,
      alive: expect.stringContaining('now has "https://elsewhere.example" as base URL'),
    })
  })
})
