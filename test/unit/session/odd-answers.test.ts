import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { oddIdTokens, oddities, type Oddity } from './oddities.ts'
import { openWorld, type Kind, type SessionWorld } from './world.ts'

// A refresh is answered with good, replaced tokens, and one thing about the answer is odd. The server
// ends the session when a refresh token is presented twice: nothing may be spent again.

const worlds = new Map<string, SessionWorld>()
const places = {
  oauth: oddities({ access: 'access_token', refresh: 'refresh_token' }, [
    'access_token',
    'refresh_token',
    'token_type',
    'expires_in',
    'scope',
    'id_token',
  ]),
  definition: oddities({ access: 'token', refresh: 'renewal', inside: 'data' }, [
    'token',
    'renewal',
    'seconds',
    'user',
    'id',
  ]),
} as const

beforeAll(async () => {
  for (const kind of ['oauth', 'definition'] as const) worlds.set(kind, await openWorld(kind))
})
afterAll(async () => {
  for (const world of worlds.values()) await world.close()
})

async function outcome(work: () => Promise<SessionRecord>) {
  try {
    return { record: await work() }
  } catch (error) {
    if (isToknError(error)) return { error }
    throw error
  }
}

async function check(kind: Kind, { name, twist, leaves }: Oddity): Promise<void> {
  const own = leaves === 'all' ? undefined : await openWorld(kind)
  const world = own ?? worlds.get(kind)
  if (world === undefined) throw new Error('no world')
  const { server } = world
  const before = server.presented.length
  server.twist = twist
  const { record, error } = await outcome(world.refresh)
  server.twist = undefined
  expect(server.presented.length - before, `${name}: ${error?.message}`).toBe(1)
  if (leaves === 'nothing') {
    expect(error, name).toMatchObject({ code: 'provider_nonsense', hint: 'tokn login web' })
    // It is read again, and not asked for again.
    const second = await outcome(world.refresh)
    expect(second.error, name).toMatchObject({ code: 'provider_nonsense', hint: 'tokn login web' })
    expect([server.presented.length - before, await world.pending()], name).toEqual([1, true])
  } else {
    expect(error, `${name}: ${error?.message}`).toBeUndefined()
    expect(record?.access.reveal(), name).toBe(server.live()?.access)
    expect(await world.pending(), name).toBe(false)
  }
  if (leaves === 'access') {
    expect(world.warnings.join(), name).toMatch(/refresh token/)
    expect((await outcome(world.refresh)).error, name).toMatchObject({ code: 'reauth_required' })
    expect(server.presented.length - before, name).toBe(1)
  }
  if (leaves === 'all') expect(await world.works(), `${name}: the next refresh`).toBe(true)
  await own?.close()
}

describe.each(['oauth', 'definition'] as const)(
  'an odd answer to a refresh costs no session (%s)',
  (kind) => {
    it.each(places[kind].map((oddity) => [oddity.name, oddity] as const))(
      '%s',
      async (_name, oddity) => {
        expect.hasAssertions()
        await check(kind, oddity)
      },
    )
  },
)

describe('an ID token that cannot be relied on costs no session', () => {
  const names = oddIdTokens('http://127.0.0.1').map(({ name }) => name)
  it.each(names)('%s', async (name) => {
    expect.hasAssertions()
    const origin = worlds.get('oauth')?.server.origin ?? ''
    const oddity = oddIdTokens(origin).find((one) => one.name === name)
    if (oddity === undefined) throw new Error(name)
    await check('oauth', oddity)
  })
})

describe('a refresh token that an answer does not replace', () => {
  it.each([undefined, null, ''])('is spent where every refresh replaces it: %s', async (value) => {
    const world = await openWorld('definition')
    const { server } = world
    server.twist = ({ body, ...reply }) => ({
      ...reply,
      body: { data: { ...(body['data'] as object), renewal: value } },
    })
    expect((await world.refresh()).access.reveal()).toBe(server.live()?.access)
    expect((await outcome(world.refresh)).error).toMatchObject({ code: 'reauth_required' })
    expect(server.presented).toHaveLength(1)
    await world.close()
  })

  it.each([undefined, null, ''])('is kept where the server decides: %s', async (value) => {
    const world = await openWorld('oauth')
    const before = (await world.held()).refresh?.reveal()
    world.server.twist = ({ body, ...reply }) => ({
      ...reply,
      body: { ...body, refresh_token: value },
    })
    const { access, refresh, standing } = await world.refresh()
    expect(access.reveal()).toBe(world.server.live()?.access)
    expect([refresh?.reveal(), standing]).toEqual([before, undefined])
    await world.close()
  })
})
