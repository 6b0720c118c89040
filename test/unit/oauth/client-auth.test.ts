import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach } from '../../oauth/reach.ts'
import { startClientServer, type ClientServer, type Registered } from '../../oauth/client-server.ts'

let server: ClientServer
afterEach(async () => server?.stop())

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const private_key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
/** Long enough for an HMAC key, with nothing that a form encodes. */
const plain = 'a-secret_of.32*characters-or-more'
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))

async function open(
  client: Omit<Registered, 'id'> & { readonly id?: string },
  settings: Readonly<Record<string, string>> = {},
) {
  server = await startClientServer({ id: 'app', ...client })
  const base = { issuer: server.origin, client_id: server.client.id, flow: 'client' }
  return await openOauth({ settings: { ...base, ...settings } })
}

async function logIn(
  client: Omit<Registered, 'id'> & { readonly id?: string },
  secrets: Readonly<Record<string, string>> = { client_secret: client.secret ?? plain },
  settings: Readonly<Record<string, string>> = {},
) {
  const provider = await open(client, settings)
  const warned: string[] = []
  const reach = { ...openReach(secrets), warn: (text: string) => void warned.push(text) }
  const tokens = await provider.login!(reach, {}).catch((error: unknown) => error as Error)
  return { tokens, warned, by: server.proven.map(({ by }) => by), provider, reach }
}

describe('HTTP Basic', () => {
  it('is taken at the first attempt with every printable character by a server that decodes', async () => {
    const all = printable.join('')
    const offered = ['client_secret_basic']
    const { by } = await logIn({ id: all, secret: all, method: 'client_secret_basic', offered })
    expect(by).toEqual(['client_secret_basic'])
    expect(server.proven[0]?.taken).toBe(true)
  })

  it('is taken with every unreserved character, at the first attempt, by one that does not', async () => {
    const secret = 'ABCXYZabcxyz0189*-._'
    const client = { method: 'client_secret_basic', decodes: false, secret, id: 'svc-1.a_b*' }
    const { by } = await logIn({ ...client, offered: ['client_secret_basic'] })
    expect(by).toEqual(['client_secret_basic'])
    expect(server.proven[0]?.taken).toBe(true)
  })

  it('is sent once more as it is, where no other method is offered and that makes a difference', async () => {
    const client = { id: 'app', method: 'client_secret_basic', offered: ['client_secret_basic'] }
    const provider = await open({ ...client, decodes: false })
    for (const mark of printable.filter((one) => !/[A-Za-z0-9*\-._]/.test(one))) {
      const secret = `s${mark}s`
      server.client = { ...server.client, secret }
      server.proven.length = 0
      const warned: string[] = []
      const reach = openReach({ client_secret: secret })
      const tokens = await provider.login!({ ...reach, warn: (one) => void warned.push(one) }, {})
      expect(server.proven.map(({ taken }) => taken)).toEqual([false, true])
      expect(tokens.context['client_auth']).toBe('basic_raw')
      expect(warned).toEqual([expect.stringContaining('took basic_raw after')])
    }
  })

  it('is not sent twice the same', async () => {
    const offered = ['client_secret_basic']
    const { tokens, by } = await logIn({ method: 'client_secret_post', offered })
    expect(by).toEqual(['client_secret_basic'])
    expect(tokens).toMatchObject({
      code: 'reauth_required',
      hint: 'check the client id and secret: client_secret_basic was refused',
    })
  })
})

describe('a client that is registered for one method', () => {
  const methods = ['client_secret_post', 'client_secret_basic', 'client_secret_jwt']
  for (const method of methods) {
    for (const other of methods.filter((one) => one !== method)) {
      it(`by ${method}, where ${other} is offered too`, async () => {
        const offered = [other, method]
        const { tokens, by, warned } = await logIn({ method, offered, secret: plain })
        expect(tokens).toMatchObject({ context: { client_auth: method } })
        const isFirst = methods.indexOf(method) < methods.indexOf(other)
        expect(by).toEqual(isFirst ? [method] : [other, method])
        expect(warned).toHaveLength(isFirst ? 0 : 1)
        if (!isFirst) expect(warned[0]).toContain(`took ${method} after it had refused ${other}`)
      })
    }
  }

  it.each([
    [undefined, 'client_secret_basic', 1],
    [undefined, 'client_secret_post', 2],
    [['client_secret_post'], 'client_secret_post', 1],
    [['client_secret_jwt'], 'client_secret_jwt', 1],
    [['none', 'client_secret_basic'], 'client_secret_basic', 1],
  ] as const)('of %j: %s', async (offered, method, requests) => {
    const { tokens, by } = await logIn({ method, ...(offered && { offered }), secret: plain })
    expect(tokens).toMatchObject({ context: { client_auth: method } })
    expect(by).toHaveLength(requests)
  })

  it('is asked for by what it is known to be registered with', async () => {
    const offered = ['client_secret_basic', 'client_secret_post']
    const { provider, reach } = await logIn({
      method: 'client_secret_basic',
      offered,
      secret: plain,
    })
    server.proven.length = 0
    const renews = { token_endpoint_auth_method: 'client_secret_basic' }
    await provider.login!({ ...reach, renews }, {})
    expect(server.proven).toEqual([{ at: '/token', by: 'client_secret_basic', taken: true }])
  })

  it('is not helped where the profile names another', async () => {
    const offered = ['client_secret_basic', 'client_secret_post']
    const named = { client_auth: 'client_secret_post' }
    const { tokens, by } = await logIn({ method: 'client_secret_basic', offered }, undefined, named)
    expect(by).toEqual(['client_secret_post'])
    expect(tokens).toMatchObject({
      hint: expect.stringMatching(
        /client_secret_post was refused; not tried: --client-auth client_secret_basic$/,
      ),
    })
  })

  it('is told of the first refusal where both are', async () => {
    let count = 0
    const client = {
      method: 'client_secret_jwt',
      offered: ['client_secret_post', 'client_secret_basic'],
    }
    const provider = await open(client)
    server.answers['/token'] = () => {
      count += 1
      return { status: 401, body: { error: 'invalid_client', error_description: `no. ${count}` } }
    }
    await expect(provider.login!(openReach({ client_secret: plain }), {})).rejects.toMatchObject({
      message: expect.stringContaining('no. 1'),
      hint: expect.stringContaining('client_secret_post and client_secret_basic were refused'),
    })
    expect(count).toBe(2)
  })

  it.each([408, 429, 500, 502, 503])(
    'is not sent twice where the server says %i',
    async (status) => {
      const provider = await open({
        method: 'x',
        offered: ['client_secret_post', 'client_secret_basic'],
      })
      server.answers['/token'] = () => {
        server.proven.push({ at: '', by: '', taken: false })
        return { status, body: { error: 'invalid_client' } }
      }
      await expect(provider.login!(openReach({ client_secret: plain }), {})).rejects.toMatchObject({
        code: status === 429 ? 'rate_limited' : 'network',
      })
      expect(server.proven).toHaveLength(1)
    },
  )
})

describe('the refusal of a client', () => {
  it.each([
    [
      'JSON',
      { body: { error: 'invalid_client', error_description: 'disabled by alice' } },
      'disabled by alice',
    ],
    [
      'JSON of its own',
      { body: { error: 'unauthorized', message: 'Bad client credentials' } },
      'Bad client credentials',
    ],
    ['JSON without a code', { body: { message: 'no such client here' } }, 'no such client here'],
    [
      'another code',
      {
        body: {
          error: 'unauthorized_client',
          error_description: 'Invalid client or Invalid client credentials',
        },
      },
      'Invalid client or',
    ],
    [
      'WWW-Authenticate',
      {
        headers: {
          'www-authenticate': 'Basic realm="x", error="invalid_client", error_description="locked"',
        },
      },
      'locked',
    ],
    ['nothing', {}, 'status 401'],
    [
      'quotes in a sentence',
      {
        headers: {
          'www-authenticate': 'Basic error="invalid_client", error_description="who \\"are\\" you"',
        },
      },
      'invalid_client: who "are" you',
    ],
    ['nothing but a scheme', { headers: { 'www-authenticate': 'Basic realm="x"' } }, 'status 401'],
  ])('is told as %s has it, and tried once more', async (_name, refusal, said) => {
    const offered = ['client_secret_post', 'client_secret_basic']
    const client = { method: 'nothing', offered, refusal: { status: 401, ...refusal } }
    const { tokens, by } = await logIn(client)
    expect(by).toEqual(offered)
    expect(tokens).toMatchObject({
      code: 'reauth_required',
      message: expect.stringContaining(said),
      details: { refusal: 'credentials' },
    })
  })

  it('is no reason to ask again where a proxy says it', async () => {
    const headers = { 'content-type': 'text/html' }
    const refusal = { status: 401, headers, body: '<html>log in</html>' }
    const { by } = await logIn({
      method: 'x',
      offered: ['client_secret_post', 'client_secret_basic'],
      refusal,
    })
    expect(by).toHaveLength(1)
  })

  it.each([
    [['client_secret_basic'], 'client_secret_post', 'client_secret_basic, basic_raw'],
    [['client_secret_jwt', 'client_secret_post'], 'client_secret_post', 'client_secret_jwt'],
    [undefined, 'client_secret_jwt', 'client_secret_post, client_secret_basic, basic_raw'],
    [undefined, 'client_secret_basic', 'client_secret_post, basic_raw, client_secret_jwt'],
  ] as const)('of %j names what the server may take, in order', async (offered, named, left) => {
    const secret = 'a secret of 32 characters, or of more'
    const client = { method: 'private_key_jwt', ...(offered && { offered }) }
    const { tokens } = await logIn(client, { client_secret: secret }, { client_auth: named })
    expect(tokens).toMatchObject({
      hint: `check the client id and secret: ${named} was refused; not tried: --client-auth ${left}`,
    })
  })

  it('names what the server wants, where nothing is held for it', async () => {
    const { tokens } = await logIn({ method: 'private_key_jwt', offered: ['private_key_jwt'] })
    expect(tokens).toMatchObject({
      hint: expect.stringMatching(/; the server offers private_key_jwt$/),
    })
    const without = await logIn({ method: 'client_secret_post' }, {})
    expect(without.by).toEqual(['none'])
    expect(without.tokens).toMatchObject({ hint: expect.stringContaining('--client-secret-file') })
  })
})

describe('an assertion of the client', () => {
  for (const audience of ['issuer', 'token_endpoint'] as const) {
    for (const method of ['private_key_jwt', 'client_secret_jwt'] as const) {
      it(`by ${method} reaches a server that wants its ${audience}`, async () => {
        const client = { method, offered: [method], audience, key: privateKey, secret: plain }
        const secrets = method === 'private_key_jwt' ? { private_key } : { client_secret: plain }
        const { tokens, by, provider, reach, warned } = await logIn(client, secrets as never)
        expect(tokens).toMatchObject({
          context: { client_auth: method, client_audience: audience },
        })
        expect(by).toHaveLength(audience === 'issuer' ? 1 : 2)
        expect(warned).toHaveLength(audience === 'issuer' ? 0 : 1)
        server.proven.length = 0
        await provider.refresh!(reach, tokens as never)
        await provider.info!(reach, tokens as never)
        await provider.logout!(reach, tokens as never)
        expect(server.proven.map(({ at, taken }) => [at, taken])).toEqual([
          ['/token', true],
          ['/introspect', true],
          ['/introspect', true],
          ['/revoke', true],
          ['/revoke', true],
        ])
      })
    }
  }

  it('is for what the profile says, and for nothing else', async () => {
    const named = { assertion_audience: 'https://elsewhere.example' }
    const { by } = await logIn(
      {
        method: 'private_key_jwt',
        offered: ['private_key_jwt'],
        audience: 'issuer',
        key: privateKey,
      },
      { private_key },
      named,
    )
    expect(by).toHaveLength(1)
  })
})
