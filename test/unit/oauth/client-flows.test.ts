import { generateKeyPairSync } from 'node:crypto'
import { get } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenSet } from '../../../src/core/token.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { startClientServer, type ClientServer, type Registered } from '../../oauth/client-server.ts'
import { fastClock, openReach, person, type Behaviour } from '../../oauth/reach.ts'
import { signJwt, type Said } from './fake-server.ts'

const secret = 'svc secret&of.32*characters-or-more'
const both = ['client_secret_post', 'client_secret_basic']
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const private_key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

let server: ClientServer
afterEach(async () => server?.stop())

interface Wanted {
  readonly settings?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly behaviour?: Behaviour
  readonly certificate?: string
}

async function open(
  client: Partial<Registered>,
  { settings, secrets = { client_secret: secret }, behaviour = {}, certificate }: Wanted = {},
) {
  server = await startClientServer({
    ...{ id: 'app', secret, method: 'client_secret_basic', offered: both },
    ...client,
  })
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', ...settings },
    certificate,
  })
  const warned: string[] = []
  const interaction = person(behaviour)
  const reach = openReach(secrets, { interaction, clock: fastClock() })
  return { provider, warned, reach: { ...reach, warn: (text: string) => void warned.push(text) } }
}

const asked = () => server.proven.map(({ at, by, taken }) => `${at} ${by} ${taken ? 'yes' : 'no'}`)

/** Says `said` instead of what a client gets that was taken. */
function afterwards(path: string, said: (count: number) => Said | undefined | 'usual'): void {
  const usual = server.answers[path]
  let count = 0
  server.answers[path] = (seen, origin) => {
    const answer = typeof usual === 'function' ? usual(seen, origin) : usual
    if (server.proven.at(-1)?.taken !== true) return answer
    const other = said(count++)
    return other === 'usual' ? answer : other
  }
}

async function comeBack(url: string): Promise<void> {
  const { searchParams } = new URL(url)
  const back = new URL(searchParams.get('redirect_uri') ?? '')
  back.searchParams.set('code', 'the-code')
  back.searchParams.set('state', searchParams.get('state') ?? '')
  get(back)
}

describe('what is told of the method outside a login', () => {
  const held = (client_auth: string): TokenSet => ({
    ...{ access: new Secret('a'), refresh: new Secret('r'), expiry: { state: 'unknown' } },
    context: { flow: 'client', client_auth },
  })

  it('is the login that another one is for', async () => {
    const { provider, reach } = await open({ method: 'private_key_jwt', offered: both })
    for (const run of [provider.logout!, provider.refresh!] as const) {
      server.proven.length = 0
      await expect(run(reach, held('client_secret_post'))).rejects.toMatchObject({
        hint: expect.stringMatching(
          /refused; not tried: tokn login --client-auth (client_secret_basic or )?basic_raw$/,
        ),
      })
    }
  })

  it('is the login that names the one which was taken', async () => {
    const { provider, reach, warned } = await open({})
    await provider.logout!(reach, held('unknown'))
    expect(warned).toEqual([
      expect.stringMatching(/: tokn login NAME --client-auth client_secret_basic saves a request$/),
    ])
  })
})

describe('the next method', () => {
  it('redeems the same code, and leaves nothing of the first in the request', async () => {
    const wanted = { settings: { flow: 'code' }, behaviour: { browse: comeBack } }
    const { provider, reach, warned } = await open({}, wanted)
    await provider.login!(reach, {})
    expect(asked()).toEqual(['/token client_secret_post no', '/token client_secret_basic yes'])
    expect(warned).toHaveLength(1)
    const [first, second] = server.seen.filter(({ url }) => url === '/token')
    expect(first?.form.get('code')).toBe(second?.form.get('code'))
    expect(second?.form.has('client_secret')).toBe(false)
    expect(second?.form.has('client_id')).toBe(false)
  })

  it('is named where the first had spent the code, and the first reason is told', async () => {
    const wanted = { settings: { flow: 'code' }, behaviour: { browse: comeBack } }
    const { provider, reach, warned } = await open({ spends: true }, wanted)
    await expect(provider.login!(reach, {})).rejects.toMatchObject({
      code: 'reauth_required',
      message: expect.stringContaining('(invalid_client)'),
      hint: expect.stringMatching(
        /the code is spent: log in again with --client-auth client_secret_basic$/,
      ),
    })
    expect(warned).toEqual([])
  })

  it('is found at the pushed request, and used for the code at once', async () => {
    const browse = async () => {
      const { form } = server.seen.findLast(({ url }) => url === '/par')!
      await comeBack(`${server.origin}/authorize?${form.toString()}`)
    }
    const wanted = { settings: { flow: 'code' }, behaviour: { browse } }
    const { provider, reach } = await open({}, wanted)
    const pushed = { pushed_authorization_request_endpoint: `${server.origin}/par` }
    server.client = { ...server.client, changes: pushed }
    await provider.login!(reach, {})
    expect(asked()).toEqual([
      '/par client_secret_post no',
      '/par client_secret_basic yes',
      '/token client_secret_basic yes',
    ])
  })

  it('is found while a device is polled, and polled with from then on', async () => {
    const { provider, reach, warned } = await open({}, { settings: { flow: 'device' } })
    const device = { device_code: 'd', user_code: 'A', expires_in: 600, interval: 5 }
    server.answers['/device'] = (_, origin) => ({
      body: { ...device, verification_uri: `${origin}/enter` },
    })
    afterwards('/token', (count) =>
      count < 2 ? { status: 400, body: { error: 'authorization_pending' } } : 'usual',
    )
    await provider.login!(reach, {})
    expect(asked()).toEqual([
      '/token client_secret_post no',
      ...Array.from({ length: 3 }, () => '/token client_secret_basic yes'),
    ])
    expect(reach.clock.waits).toEqual([5_000, 5_000, 5_000])
    expect(warned).toHaveLength(1)
  })

  it('is the certificate of the connection, where that is offered and nothing else is held', async () => {
    const offered = ['self_signed_tls_client_auth']
    const wanted = { settings: { flow: 'client' }, secrets: {}, certificate: '/cert.pem' }
    const { provider, reach } = await open({ method: 'none', offered }, wanted)
    const { context } = await provider.login!(reach, {})
    expect(context['client_auth']).toBe('tls_client_auth')
    const other = await open({ method: 'none', offered: ['none'] }, wanted)
    expect((await other.provider.login!(other.reach, {})).context['client_auth']).toBe(undefined)
  })
})

describe('a refresh token', () => {
  const held = (context: TokenSet['context'] = {}): TokenSet => ({
    access: new Secret('a'),
    refresh: new Secret('r'),
    expiry: { state: 'unknown' },
    context,
  })

  it.each([
    ['a bare 401', { status: 401 }, 1],
    ['a bare 403', { status: 403 }, 1],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 2],
    ['the same in another spelling', { status: 400, body: { error: 'InvalidClient' } }, 2],
    ['unauthorized_client', { status: 401, body: { error: 'unauthorized_client' } }, 1],
    ['an unknown word', { status: 401, body: { error: 'huh' } }, 1],
    ['invalid_grant', { status: 400, body: { error: 'invalid_grant' } }, 1],
    ['invalid_client of a failing server', { status: 503, body: { error: 'invalid_client' } }, 1],
    ['a page of a proxy', { status: 401, body: '<html>no</html>' }, 1],
  ])('is sent again after %s: %#', async (_name, refusal, requests) => {
    const { provider, reach } = await open({ method: 'nothing', refusal })
    await expect(provider.refresh!(reach, held())).rejects.toBeInstanceOf(Error)
    expect(server.proven).toHaveLength(requests)
  })

  it('is judged by who has looked at it', async () => {
    const { provider, reach } = await open({})
    afterwards('/token', () => ({ status: 400, body: { error: 'invalid_grant' } }))
    await expect(provider.refresh!(reach, held())).rejects.toMatchObject({
      details: { refusal: 'refresh-rejected' },
    })
    expect(asked()).toEqual(['/token client_secret_post no', '/token client_secret_basic yes'])
  })

  it('is lost where the second answer is', async () => {
    const { provider, reach, warned } = await open({})
    afterwards('/token', () => undefined)
    await expect(provider.refresh!(reach, held())).rejects.toMatchObject({
      code: 'network',
      details: { sent: true },
    })
    expect(server.proven).toHaveLength(2)
    expect(warned).toEqual([])
  })

  it('goes with what was remembered, and with the next where that is no longer taken', async () => {
    const { provider, reach } = await open({ method: 'client_secret_post' })
    const { context } = await provider.refresh!(reach, held({ client_auth: 'client_secret_basic' }))
    expect(asked()).toEqual(['/token client_secret_basic no', '/token client_secret_post yes'])
    expect(context['client_auth']).toBe('client_secret_post')
  })

  it('tells nothing new of a method at another endpoint', async () => {
    const { provider, reach } = await open({ method: 'nothing' })
    const tokens = held({ client_auth: 'client_secret_post' })
    await provider.info!(reach, tokens)
    expect(asked()).toEqual(['/introspect client_secret_post no'])
    server.proven.length = 0
    await expect(provider.logout!(reach, tokens)).rejects.toBeInstanceOf(Error)
    expect(asked()).toEqual(['/revoke client_secret_post no'])
  })
})

describe('an assertion that is the grant', () => {
  const jwt = { settings: { flow: 'jwt' }, secrets: { private_key } }

  function takeFor(audience: string): { readonly ids: unknown[]; readonly audiences: unknown[] } {
    const got = { ids: [] as unknown[], audiences: [] as unknown[] }
    server.answers['/token'] = ({ form }) => {
      const [, payload = ''] = form.get('assertion')!.split('.')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      got.ids.push(claims.jti)
      got.audiences.push(claims.aud)
      return claims.aud === audience
        ? { body: { access_token: 'good', token_type: 'Bearer', expires_in: 60 } }
        : { status: 400, body: { error: 'invalid_grant', error_description: 'wrong audience' } }
    }
    return got
  }

  it.each(['issuer', 'token endpoint'])(
    'is signed for the %s, which is remembered',
    async (wanted) => {
      const { provider, reach, warned } = await open({ method: 'none', offered: ['none'] }, jwt)
      const endpoint = `${server.origin}/token`
      const { ids, audiences } = takeFor(wanted === 'issuer' ? server.origin : endpoint)
      const first = await provider.login!(reach, {})
      const second = await provider.login!({ ...reach, renews: first.context }, {})
      await provider.login!({ ...reach, renews: second.context }, {})
      const issuer = Array.from({ length: 3 }, () => server.origin)
      expect(audiences).toEqual(
        wanted === 'issuer' ? [endpoint, ...issuer] : [endpoint, endpoint, endpoint],
      )
      expect(new Set(ids).size).toBe(ids.length)
      expect(warned).toHaveLength(wanted === 'issuer' ? 1 : 0)
    },
  )

  it('is refused once where neither will do, or the profile names its audience', async () => {
    const { provider, reach } = await open({ method: 'none', offered: ['none'] }, jwt)
    const { audiences } = takeFor('https://elsewhere.example')
    await expect(provider.login!(reach, {})).rejects.toMatchObject({
      message: expect.stringContaining('wrong audience'),
    })
    expect(audiences).toHaveLength(2)
    const named = { ...jwt.settings, assertion_audience: 'https://another.example' }
    const other = await open({ method: 'none', offered: ['none'] }, { ...jwt, settings: named })
    const { audiences: own } = takeFor('https://elsewhere.example')
    await expect(other.provider.login!(other.reach, {})).rejects.toBeInstanceOf(Error)
    expect(own).toEqual(['https://another.example'])
  })
})

describe('what a server says', () => {
  it.each([
    ['client_secret_basic', { client_secret: secret }],
    ['client_secret_post', { client_secret: secret }],
    ['client_secret_jwt', { client_secret: secret }],
    ['private_key_jwt', { private_key }],
  ])('gives nothing of %s away', async (client_auth, secrets) => {
    const settings = { flow: 'client', client_auth, assertion_audience: 'https://a.example' }
    const { provider, reach } = await open({}, { settings, secrets: secrets as never })
    let sent: readonly string[] = []
    server.answers['/token'] = ({ headers, form }) => {
      const pair = headers.authorization?.slice(6) ?? ''
      const parts = [pair, Buffer.from(pair, 'base64').toString().split(':')[1] ?? '']
      sent = [...parts, form.get('client_assertion') ?? '', form.get('client_secret') ?? '']
      const error_description = `got ${sent.join(' and ')}`
      return { status: 400, body: { error: 'x', error_description } }
    }
    const error = await provider.login!(reach, {}).catch((thrown: unknown) => thrown as Error)
    const { message } = error as Error
    expect(message).toContain('[secret]')
    for (const one of sent.filter((text) => text !== '')) expect(message).not.toContain(one)
  })

  it.each([[null], [7], [{}], [[]], [[null, 7, {}]], [['\u001b[31mred\u202E', 'x'.repeat(1_000)]]])(
    'of its methods may be nonsense: %j',
    async (token_endpoint_auth_methods_supported) => {
      const changes = { token_endpoint_auth_methods_supported }
      const { provider, reach } = await open(
        { changes, secret: 'other' },
        { settings: { flow: 'client' } },
      )
      const error = await provider.login!(reach, {}).catch((thrown: unknown) => thrown)
      const { hint } = error as { readonly hint: string }
      expect(hint).toMatch(/client_secret_basic and client_secret_post were refused/)
      expect(hint).toMatch(/^[\x20-\x7e…]{1,300}$/)
      expect(asked()).toEqual(['/token client_secret_basic no', '/token client_secret_post no'])
    },
  )
})

describe('a CI job that stands for the client', () => {
  it('is not told that it proves nothing', async () => {
    const settings = { flow: 'ci', ci_grant: 'client' }
    const ci_id_token = signJwt({ sub: 'job' })
    const { provider, reach } = await open({}, { settings, secrets: { ci_id_token } })
    await expect(provider.login!(reach, {})).rejects.toMatchObject({
      message: expect.stringContaining('this client id with this client authentication'),
      hint: expect.not.stringContaining('if the client has a secret'),
    })
    expect(server.proven).toHaveLength(1)
  })
})
