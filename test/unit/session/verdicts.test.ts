import { afterEach, describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import type { Said } from '../oauth/fake-server.ts'
import { openWorld, type Kind, type SessionWorld } from './world.ts'

let world: SessionWorld | undefined
afterEach(async () => await world?.close())

const kinds: readonly Kind[] = ['oauth', 'definition']
const refused: Record<Kind, Said> = {
  oauth: { status: 400, body: { error: 'invalid_grant' } },
  definition: { status: 401, body: { code: 'renewal_gone' } },
}

async function failure(work: () => Promise<unknown>) {
  try {
    await work()
  } catch (error) {
    if (isToknError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe.each(kinds)('what became of a session (%s)', (kind) => {
  it('a refusal is remembered: the refresh token is not sent again', async () => {
    world = await openWorld(kind)
    world.server.instead = refused[kind]
    expect(await failure(world.refresh)).toMatchObject({
      code: 'reauth_required',
      hint: 'tokn login web',
    })
    for (let turn = 0; turn < 4; turn++) {
      expect(await failure(world.refresh)).toMatchObject({
        code: 'reauth_required',
        hint: 'tokn login web',
      })
    }
    expect(world.server.presented).toHaveLength(1)
    expect((await world.held()).standing?.state).toBe('unrenewable')
    expect(world.ports.index.get(world.profile.id)).toBeUndefined()
    expect(await world.pending()).toBe(false)
  })

  it('a lost answer leaves it doubtful; a refusal after that ends the access token too', async () => {
    world = await openWorld(kind)
    world.server.twist = () => undefined
    const error = await failure(world.refresh)
    // The one repetition is refused, since the first request was acted on.
    expect(error).toMatchObject({ code: 'reauth_required' })
    expect(error.message).toContain('got no answer')
    expect((await world.held()).standing?.state).toBe('dead')
    expect(world.server.presented).toHaveLength(2)
  })

  const passing: ReadonlyArray<readonly [name: string, said: Said]> = [
    ['408', { status: 408, body: { error: 'invalid_grant' } }],
    ['425', { status: 425, body: '' }],
    ['429 with an error in JSON', { status: 429, body: { error: 'invalid_grant' } }],
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '99999' }, body: {} }],
    ['500', { status: 500, body: { error: 'invalid_grant' } }],
    ['502 of a gateway', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['503', { status: 503, body: {} }],
    ['522', { status: 522, body: '' }],
    [
      '403, the page of a firewall',
      {
        status: 403,
        headers: { 'content-type': 'text/html' },
        body: '<html><title>Access denied</title></html>',
      },
    ],
    [
      '400, the page of a proxy',
      {
        status: 400,
        headers: { 'content-type': 'text/html' },
        body: '<!DOCTYPE html><html>Bad request</html>',
      },
    ],
    ['200 that says later', { status: 200, body: { error: 'temporarily_unavailable' } }],
    ['400 slow_down', { status: 400, body: { error: 'slow_down' } }],
  ]
  it.each(passing)(
    '%s is no verdict: the session goes on, and no credentials are sent',
    async (_name, said) => {
      world = await openWorld(kind, { remember: true })
      world.server.instead = said
      const error = await failure(world.refresh)
      expect(error.exit, error.message).toBe(7)
      expect(world.server.logins()).toBe(1)
      expect((await world.held()).standing).toBeUndefined()
      expect(await world.pending()).toBe(false)
      expect(await world.works()).toBe(true)
    },
  )

  it('with kept credentials a verdict is followed by a login, and their refusal by a pause', async () => {
    world = await openWorld(kind, { remember: true })
    world.server.instead = refused[kind]
    const renewed = await world.refresh()
    expect([renewed.generation, world.server.logins()]).toEqual([2, 2])
    world.server.welcome = false
    expect(await failure(world.refresh)).toMatchObject({ code: 'reauth_required' })
    expect(world.server.logins()).toBe(3)
    const again = await failure(world.refresh)
    expect(again.message).toMatch(/were refused at .*Z and are not tried again before .*Z/)
    expect([world.server.logins(), world.server.presented.length]).toEqual([3, 2])
  })

  it('a loss is not forgotten for an answer that says nothing', async () => {
    world = await openWorld(kind)
    world.server.twist = () => {
      if (world !== undefined) world.server.instead = { status: 503, body: {} }
      return undefined
    }
    expect(await failure(world.refresh)).toMatchObject({ exit: 7 })
    expect(await world.pending()).toBe(true)
    world.server.instead = refused[kind]
    expect(await failure(world.refresh)).toMatchObject({ code: 'reauth_required' })
    expect((await world.held()).standing?.state).toBe('dead')
  })
})

describe('what is said of the client ends no session', () => {
  const said: ReadonlyArray<readonly [name: string, said: Said]> = [
    ['401 invalid_client', { status: 401, body: { error: 'invalid_client' } }],
    ['400 invalid_client', { status: 400, body: { error: 'invalid_client' } }],
    ['a bare 401', { status: 401 }],
    [
      'a 401 with a challenge',
      { status: 401, headers: { 'www-authenticate': 'Basic realm="waf"' } },
    ],
    [
      'a 401 in words',
      { status: 401, headers: { 'content-type': 'text/plain' }, body: 'Unauthorized' },
    ],
    ['a 401 with an object', { status: 401, body: {} }],
    ['a bare 403', { status: 403 }],
    ['unauthorized_client', { status: 400, body: { error: 'unauthorized_client' } }],
  ]
  it.each(said)('%s', async (_name, instead) => {
    world = await openWorld('oauth', { remember: true })
    world.server.instead = instead
    await failure(world.refresh)
    expect(world.server.logins()).toBe(1)
    expect((await world.held()).standing).toBeUndefined()
    expect(await world.works()).toBe(true)
  })
})

describe('an answer that nobody can read', () => {
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>hi</html>' }
  it('is made up for by kept credentials, once nothing else is left', async () => {
    const expired = { state: 'at', at: Date.now() - 1_000 } as const
    world = await openWorld('oauth', { remember: true, record: { expiry: expired } })
    world.server.instead = page
    expect(await failure(world.refresh)).toMatchObject({ code: 'provider_nonsense' })
    const renewed = await world.refresh()
    expect([renewed.generation, world.server.presented.length, world.server.logins()]).toEqual([
      2, 1, 2,
    ])
    expect(await world.works()).toBe(true)
  })

  it('keeps kept credentials at home while the token held is good', async () => {
    world = await openWorld('oauth', { remember: true })
    world.server.instead = page
    for (let turn = 0; turn < 3; turn++) {
      expect(await failure(world.refresh)).toMatchObject({ code: 'provider_nonsense' })
    }
    expect([world.server.presented.length, world.server.logins()]).toEqual([1, 1])
  })
})
