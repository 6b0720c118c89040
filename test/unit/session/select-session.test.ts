import type { Session } from '../../../src/session/session.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openVariables } from '../../../src/app/variables.ts'
import { openInMemoryPorts } from '../../../src/app/in-memory-ports.ts'
import { loginFromEnvironment } from '../../../src/session/login/login-from-environment.ts'
import { openGivenToken } from '../../../src/session/login/given-token.ts'
import { selectSession } from '../../../src/session/select-session.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld

beforeAll(async () => {
  world = await openWorld('definition', {
    changes: {
      fields: [
        { name: 'password', label: 'Password', secret: true },
        { name: 'scope', label: 'Scope', optional: true },
      ],
    },
  })
})

afterAll(async () => {
  await world.close()
})

/** The session that a command finds in `environment`. */
async function find(
  environment: Record<string, string>,
  flag?: string,
  folder?: string,
): Promise<Session> {
  const variables = openVariables(environment, () => '')
  const inFolder = folder === undefined ? undefined : { name: folder, shown: '~/.tokn' }
  const choice = { positional: undefined, flag, environment: undefined, folder: () => inFolder }
  return await selectSession(
    world.ports,
    choice,
    {
      token: variables.token,
      provider: variables.provider,
      storeOf: () => 'file',
      open: async (ports, profile, token) => await openGivenToken(ports, profile, token, variables),
      job: async () => undefined,
      login: async (ports) =>
        await loginFromEnvironment(ports, variables.provider ?? '', variables),
    },
    async () => openInMemoryPorts(world.ports),
  )
}

const made = { TOKN_PROVIDER: 'strict', TOKN_PASSWORD: 'correct horse' }
const base = { TOKN_BASE_URL: 'https://api.example' }

function jwt(exp: number): string {
  return `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`
}

describe('why there is a session out of the environment', () => {
  it.each<[string, string, Record<string, string>, string?]>([
    ['login', 'a login', made],
    ['login', 'a login with a scope', { ...made, TOKN_SCOPE: 'a,' }],
    ['imported', 'a token', { TOKN_TOKEN: 'abc' }],
    ['imported', 'a token of a known API', { ...made, TOKN_TOKEN: 'abc' }],
    ['imported', 'a token of Oz', { ...base, TOKN_PROVIDER: 'oz', TOKN_TOKEN: 'abc' }],
    ['imported', 'a token that says when it ends', { TOKN_TOKEN: jwt(4_000_000_000) }],
    ['imported', 'a token that has ended', { TOKN_TOKEN: jwt(1_700_000_000) }],
    ['imported', 'the token of a profile', { TOKN_CI_TOKEN: 'abc' }, 'ci'],
  ])('%s: %s', async (reason, _, environment, flag) => {
    const { ports, profile } = await find(environment, flag)
    const history = ports.index.get(profile.id)?.history ?? []
    expect(history.map((entry) => [entry.reason, entry.cost])).toEqual([
      [reason, reason === 'login' ? '1 login' : undefined],
    ])
  })
})

it('a provider with a field for scopes reads TOKN_SCOPE itself', async () => {
  const session = await find({ ...made, TOKN_SCOPE: 'read, write' })
  expect(session.profile.settings).toEqual({ scope: 'read, write' })
  expect((await session.readRecord()).grant?.scopes).toBeUndefined()
})

describe('a token out of the environment that has ended', () => {
  const ended = { TOKN_TOKEN: jwt(1_700_000_000) }
  const all: ReadonlyArray<Record<string, string>> = [
    {},
    { TOKN_PROVIDER: 'oz', ...base },
    { TOKN_PROVIDER: 'rightech', ...base },
    { TOKN_PROVIDER: 'hosterby', ...base },
    { TOKN_PROVIDER: 'mcs' },
    { TOKN_PROVIDER: 'strict' },
  ]

  it.each(all)('says when it did: %j', async (environment) => {
    const session = await find({ ...ended, ...environment })
    for (const refresh of ['auto', 'force'] as const) {
      await expect(session.fresh({ refresh })).rejects.toMatchObject({
        code: 'reauth_required',
        message: 'the token in TOKN_TOKEN expired at 2023-11-14T22:13:20Z',
        hint: 'give another one in TOKN_TOKEN',
      })
    }
  })

  it('is named by its variable', async () => {
    const session = await find({ TOKN_CI_TOKEN: jwt(1_700_000_000) }, 'ci')
    await expect(session.fresh()).rejects.toThrow('the token in TOKN_CI_TOKEN expired at 2023')
  })

  it('is another matter than one that is good', async () => {
    const session = await find({ TOKN_TOKEN: jwt(4_000_000_000) })
    expect((await session.fresh()).refreshed).toBe(false)
  })
})

describe('in a folder that is bound to a profile', () => {
  it('a token or a login in the environment wins, whatever the file names', async () => {
    const given = await find({ TOKN_TOKEN: 'abc' }, undefined, 'nobody')
    expect(given.source).toBe('environment')
    expect((await find(made, undefined, 'nobody')).source).toBe('login')
  })

  it('a token for that profile wins over its session', async () => {
    const session = await find({ TOKN_CI_TOKEN: 'abc' }, undefined, 'ci')
    expect([session.name, session.source]).toEqual(['ci', 'environment'])
  })

  it('a token for another one does not', async () => {
    await expect(find({ TOKN_OTHER_TOKEN: 'abc' }, undefined, 'nobody')).rejects.toThrow(
      'there is no profile "nobody", which ~/.tokn names',
    )
  })
})
