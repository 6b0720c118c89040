import { afterEach, describe, expect, it } from 'vitest'
import { ToknError, type ErrorCode } from '../../../src/core/errors.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { issueToken } from '../../../src/session/issue/issue.ts'
import type { Profile } from '../../../src/core/profile.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { openSession } from '../../../src/session/session.ts'
import { verify, type Revocation } from '../../../src/session/revoke/verify.ts'
import { probeTokens } from '../../../src/session/revoke/probe.ts'
import { endMadeTokens } from '../../../src/session/provider-test/leftovers.ts'
import { held, json, record, type Scripted } from '../providers/reach.ts'
import { define } from '../providers/shapes.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const list = {
  request: { method: 'GET', path: '/tokens' },
  reply: { items: '', id: 'id' },
} as const
const issue = {
  request: { method: 'POST', path: '/tokens', json: { name: '{name}' } },
  reply: { access: 'token', id: 'id' },
} as const
const revoke = { request: { method: 'DELETE', path: '/tokens/{target}' } } as const
const info = {
  request: { method: 'GET', path: '/me' },
  reply: { active: { at: 'active', equals: true } },
} as const

const token = held('access-1', undefined, { id: 'one' })
const answers = { user: 'ada', password: 'correct horse' }

/** What goes on after a lesser request of it has failed, as `error`. */
const works: Readonly<Record<string, (error: ToknError) => Promise<unknown>>> = {
  'the end of a trial': async (error) => {
    const provider = defineProvider(define({ revoke }), {})
    const made = [{ what: 'issue' as const, tokens: token }]
    return await endMadeTokens(provider, record([error]), token, made, { done: false })
  },
  'a login whose token is there already': async (error) => {
    const { login } = define()
    const asked = { request: { method: 'GET', path: '/me' }, reply: { userId: 'id' } } as const
    const provider = defineProvider(define({ login: [login, asked].flat() as never }), {})
    return await provider.login?.(record([json({ token: 'access-1' }), error], answers), {})
  },
  'a look by asking': async (error) =>
    await probeTokens(defineProvider(define({ info }), {}), record([error]), token),
  'a look by the list': async (error) =>
    await probeTokens(defineProvider(define({ list }), {}), record([error]), token),
  'a look at an OAuth server that is not found yet': async (error) =>
    await probeTokens(await oauth(), record([error]), token),
  'a look at an OAuth server': async (error) =>
    await probeTokens(await oauth(), record([discovery, error]), token),
  'a look that cannot begin': async (error) => {
    const cannot = async () => {
      throw error
    }
    const provider = { ...defineProvider(define(), {}), probe: cannot }
    return await probeTokens(provider, record([]), token)
  },
  'what is asked after a revocation': async (error) => {
    const reach = record([error])
    const ports = { clock: reach.clock, timeLeft: () => 1_000 } as Ports
    const session = openSession(ports, {} as Profile)
    const provider = defineProvider(define({ list }), {})
    const call = { provider, reach, record: token, session } as never
    const one: Revocation = {
      id: 'two',
      status: 'revoked',
      alsoNamed: [],
      byName: false,
      heldBy: [],
      verified: false,
    }
    return await verify(call, [], [one])
  },
  'what is asked before an issue': async (error) => {
    world = await openWorld('definition', { changes: { list, issue } })
    const made = json({ token: 'access-2', id: 'two' })
    const { http } = record([error, made])
    const ports = { ...world.ports, http: async () => http }
    return await issueToken(openSession(ports, world.profile), { name: 'ci' }, 'further')
  },
}

const origin = 'https://id.example'
const discovery: Scripted = json({
  issuer: origin,
  token_endpoint: `${origin}/token`,
  introspection_endpoint: `${origin}/introspect`,
})

async function oauth() {
  const settings = { issuer: origin, client_id: 'app', client_auth: 'none', flow: 'client' }
  return await openOauth({ settings })
}

describe.each(Object.entries(works))('%s', (_, work) => {
  it('ends where the user has ended it', async () => {
    const cancelled = new ToknError('interrupted', 'cancelled: the question was not answered')
    await expect(work(cancelled)).rejects.toMatchObject({ code: 'interrupted' })
  })

  it.each<ErrorCode>(['network', 'provider_refused'])(
    'goes on after a failure: %s',
    async (code) => {
      await expect(work(new ToknError(code, 'it broke', { sent: true }))).resolves.toBeDefined()
    },
  )
})
