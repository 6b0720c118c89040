import { describe, expect, it } from 'vitest'
import type { Reach } from '../../../src/core/provider.ts'
import { Secret } from '../../../src/core/secret.ts'
import { mcs } from '../../../src/providers/builtin/mcs.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { held, json, networkError, record, reply, type Scripted } from './reach.ts'
import { define } from './shapes.ts'

// The one rule of docs/guarantees.md, "What is sent again", by a server that counts.

const api = define({
  refresh: {
    request: { method: 'POST', path: '/refresh' },
    reply: { access: 'token', refresh: 'renew' },
  },
  issue: { request: { method: 'PUT', path: '/issue' }, reply: { access: 'token' } },
  info: { request: { method: 'GET', path: '/info' }, reply: { userId: 'user' } },
  list: { request: { method: 'GET', path: '/list' }, reply: { items: '', id: 'id' } },
  revoke: { request: { method: 'DELETE', path: '/t/{target}' } },
  logout: { request: { method: 'POST', path: '/logout' } },
})
const byGet = define({
  refresh: { request: { method: 'GET', path: '/exchange' }, reply: { access: 'token' } },
})

type Operation = 'login' | 'refresh' | 'issue' | 'info' | 'list' | 'revoke' | 'logout'

const session = held('old-access', 'old-refresh')
const fine = json({ token: 'new', access_token: 'new' })
const unsent = networkError(false)
const lost = networkError(true)
const after = (status: number, seconds?: string) =>
  reply('', status, seconds === undefined ? {} : { 'retry-after': seconds })

async function count(
  definition: Parameters<typeof defineProvider>[0],
  operation: Operation,
  script: readonly Scripted[],
  left?: number,
): Promise<readonly [attempts: number, waited: number]> {
  const reach = record(script, { user: 'u', client_id: 'c', client_secret: 's' })
  const known: Reach = left === undefined ? reach : { ...reach, timeLeft: () => left }
  const provider = defineProvider(definition, {})
  const run = {
    login: () => provider.login!(known, {}),
    refresh: () => provider.refresh!(known, session),
    issue: () => provider.issue!(known, session, {}),
    info: () => provider.info!(known, session),
    list: () => provider.list!(known, session),
    revoke: () => provider.revoke!(known, session, { id: '1' }),
    logout: () => provider.logout!(known, session),
  }
  await run[operation]().then(nothing, nothing)
  return [reach.requests.length, reach.waits.reduce((sum, wait) => sum + wait, 0)]
}

describe.each(['login', 'refresh', 'issue'] as const)('a request for a token: %s', (operation) => {
  it.each<readonly [string, readonly Scripted[], number]>([
    ['not sent', [unsent, fine], 2],
    ['not sent, again and again', [unsent, unsent, fine], 2],
    ['lost', [lost, fine], 1],
    ['not sent, then lost', [unsent, lost, fine], 2],
    ['429', [after(429), fine], 1],
    ['429 that says when', [after(429, '1'), fine], 2],
    ['429 that says when, and again', [after(429, '1'), after(429, '1'), fine], 2],
    ['503', [after(503), fine], 1],
    ['503 that says when', [after(503, '2'), fine], 2],
    ['503 at once', [after(503, '0'), fine], 2],
    ['503 with garbage', [after(503, 'soon'), fine], 1],
    ['503 with a negative time', [after(503, '-5'), fine], 1],
    ['503 in a century', [after(503, '99999999'), fine], 1],
    ['503 with a date', [after(503, 'Thu, 15 Jan 2026 12:00:03 GMT'), fine], 2],
    ['503 with a late date', [after(503, 'Fri, 31 Dec 2100 23:59:59 GMT'), fine], 1],
    ['not sent, then 503 that says when', [unsent, after(503, '1'), fine], 3],
    ['503 that says when, then not sent', [after(503, '1'), unsent, fine], 3],
    ['503 that says when, then lost', [after(503, '1'), lost, fine], 2],
    ['408 that says when', [after(408, '1'), fine], 1],
    ['425 that says when', [after(425, '1'), fine], 1],
    ['500 that says when', [after(500, '1'), fine], 1],
    ['502 that says when', [after(502, '1'), fine], 1],
    ['504 that says when', [after(504, '1'), fine], 1],
    ['400 that says when', [after(400, '1'), fine], 1],
    [
      'a code that says later',
      [json({ error: 'slow_down' }, 400, { 'retry-after': '1' }), fine],
      1,
    ],
    ['a redirect', [after(302, '1'), fine], 1],
  ])('%s', async (_, script, attempts) => {
    expect((await count(api, operation, script))[0]).toBe(attempts)
  })

  it.each([
    [3_000, '2', 2],
    [3_000, '3', 1],
    [1_000, '1', 1],
    [0, '0', 1],
    [120_000, '90', 2],
  ])('waits only as long as there is time: %d ms, %s s', async (left, seconds, attempts) => {
    const [made, waited] = await count(api, operation, [after(503, seconds), fine], left)
    expect(made).toBe(attempts)
    if (attempts === 2) expect(waited).toBeGreaterThanOrEqual(Number(seconds) * 1_000)
    else expect(waited).toBe(0)
  })
})

describe('where every attempt is counted', () => {
  it.each<readonly [readonly Scripted[], number]>([
    [[after(429, '1'), fine], 1],
    [[after(503, '1'), fine], 1],
    [[lost, fine], 1],
    [[unsent, fine], 2],
  ])('an answer is never repeated, case %#', async (script, attempts) => {
    expect((await count(mcs, 'login', script))[0]).toBe(attempts)
    expect((await count(mcs, 'refresh', script))[0]).toBe(attempts)
  })
})

describe('a GET that grants tokens', () => {
  it.each<readonly [readonly Scripted[], number]>([
    [[lost, fine], 1],
    [[after(502), fine], 1],
    [[after(503, '1'), fine], 2],
    [[unsent, fine], 2],
  ])('is no safer than a POST, case %#', async (script, attempts) => {
    expect((await count(byGet, 'refresh', script))[0]).toBe(attempts)
  })

  it('is repeated where its definition says so', async () => {
    const { request, reply: plan } = byGet.refresh as { request: never; reply: never }
    const safe = define({ refresh: { request, reply: plan, retry: 'safe' } })
    expect((await count(safe, 'refresh', [lost, after(502), fine]))[0]).toBe(3)
    const never = define({ refresh: { request, reply: plan, retry: 'never' } })
    expect((await count(never, 'refresh', [unsent, fine]))[0]).toBe(1)
  })
})

describe('what a definition says of repeating', () => {
  const get = { method: 'GET', path: '/t' } as const
  const login = (retry?: 'safe' | 'unsent' | 'never') => ({ request: get, retry })

  it.each([
    [login(), undefined],
    [login('safe'), { login: 'safe' }],
    [login('never'), { login: 'never' }],
    [[login('safe'), login(), login('never')], { login: 'never' }],
    [[login('unsent'), login('safe')], { login: 'unsent' }],
  ])('is known to the session, case %#', (exchanges, retry) => {
    const provider = defineProvider(define({ login: exchanges as never }), {})
    expect(provider.retry).toEqual(retry)
  })
})

describe('what may be asked again', () => {
  it.each<readonly [Operation, readonly Scripted[], number]>([
    ['info', [lost, lost, fine], 3],
    ['info', [lost, lost, lost, fine], 3],
    ['list', [after(429), after(503), json([])], 3],
    ['list', [after(502), after(504), json([])], 3],
    ['info', [after(500), fine], 1],
    ['info', [after(408), fine], 1],
    ['info', [after(429, '31'), fine], 1],
    ['revoke', [lost, after(204)], 2],
    ['revoke', [lost, lost, after(204)], 2],
    ['revoke', [after(503), after(503), after(204)], 2],
    ['logout', [lost, after(204)], 1],
    ['logout', [unsent, after(204)], 2],
  ])('%s, case %#', async (operation, script, attempts) => {
    const [made, waited] = await count(api, operation, script)
    expect(made).toBe(attempts)
    expect(waited).toBeLessThanOrEqual(30_000)
  })
})

const issuer = 'https://as.example'
const discovery = json({
  issuer,
  token_endpoint: `${issuer}/token`,
  introspection_endpoint: `${issuer}/introspect`,
  revocation_endpoint: `${issuer}/revoke`,
  userinfo_endpoint: `${issuer}/userinfo`,
})

/** How often each path of an OAuth server was asked, when one of them answers by a script. */
async function countOauth(
  path: string,
  script: readonly Scripted[],
  operation: 'refresh' | 'login' | 'info' | 'logout',
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  const reach = record([
    (request) => {
      const { pathname } = request.url
      const made = (counts[pathname] = (counts[pathname] ?? 0) + 1)
      const next = pathname === path ? script[Math.min(made, script.length) - 1] : undefined
      if (next instanceof Error) throw next
      if (next !== undefined) return typeof next === 'function' ? next(request) : next
      if (pathname.startsWith('/.well-known')) return discovery
      return pathname === '/revoke' ? reply('') : json({ active: true, sub: 'a', ...fineToken })
    },
  ])
  const provider = await openOauth({ settings: { issuer, client_id: 'app', flow: 'client' } })
  const known = { ...reach, answers: { client_secret: new Secret('s3cret-value') } }
  const run = {
    refresh: () => provider.refresh!(known, session),
    login: () => provider.login!(known, {}),
    info: () => provider.info!(known, session),
    logout: () => provider.logout!(known, session),
  }
  await run[operation]().then(nothing, nothing)
  return counts
}

const fineToken = { access_token: 'new', token_type: 'Bearer' }
const wellKnown = '/.well-known/openid-configuration'

describe('an OAuth server', () => {
  it.each<readonly [string, readonly Scripted[], 'refresh' | 'login' | 'info' | 'logout', number]>([
    ['/token', [unsent, json(fineToken)], 'refresh', 2],
    ['/token', [lost, json(fineToken)], 'refresh', 1],
    ['/token', [after(503), json(fineToken)], 'refresh', 1],
    ['/token', [after(503, '1'), json(fineToken)], 'refresh', 2],
    ['/token', [after(429, '1'), after(429, '1'), json(fineToken)], 'login', 2],
    ['/token', [after(500, '1'), json(fineToken)], 'login', 1],
    ['/token', [json({ error: 'temporarily_unavailable' }, 400), json(fineToken)], 'login', 1],
    [wellKnown, [after(503), after(502), discovery], 'refresh', 3],
    [wellKnown, [lost, lost, discovery], 'refresh', 3],
    ['/introspect', [lost, after(503), json({ active: true })], 'info', 4],
    ['/userinfo', [after(502), after(502), json({ sub: 'a' })], 'info', 3],
    ['/revoke', [after(503), reply('')], 'logout', 3],
    ['/revoke', [after(503), after(503), reply('')], 'logout', 2],
  ])('is asked for %s, case %#', async (path, script, operation, attempts) => {
    const counts = await countOauth(path, script, operation)
    expect(counts[path]).toBe(attempts)
    if (operation === 'refresh' && path !== '/token') expect(counts['/token']).toBe(1)
  })

  it('that demands a nonce is asked once more, with it', async () => {
    const proofs: string[] = []
    const reach = record([
      (request) => {
        if (request.method === 'GET') return discovery
        proofs.push(new Map(request.headers).get('dpop') ?? '')
        return proofs.length === 1
          ? json({ error: 'use_dpop_nonce' }, 400, { 'dpop-nonce': 'n-1' })
          : json({ ...fineToken, token_type: 'DPoP' })
      },
    ])
    const provider = await openOauth({ settings: { issuer, client_id: 'app', dpop: 'true' } })
    const tokens = await provider.refresh!({ ...reach, answers: {} }, session)
    expect(tokens.context['token_type']).toBe('dpop')
    const payload = Buffer.from(proofs[1]?.split('.')[1] ?? '', 'base64url').toString()
    expect(JSON.parse(payload)).toMatchObject({ nonce: 'n-1' })
    expect(reach.requests.filter(({ grants }) => grants === true)).toHaveLength(2)
  })
})

function nothing(): void {}
