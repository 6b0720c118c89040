import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach, person } from '../../oauth/reach.ts'
import { UserAgent } from '../../oauth/user-agent.ts'
import { discoveryPath, idToken, metadata, startFake, type FakeServer } from './fake-server.ts'

let server: FakeServer
let nonce: string | undefined
beforeEach(async () => {
  server = await startFake({
    [discoveryPath]: metadata({
      authorization_response_iss_parameter_supported: true,
      device_authorization_endpoint: undefined,
      id_token_signing_alg_values_supported: ['ES256'],
    }),
  })
  server.answers['/token'] = (_, origin) => ({
    body: { access_token: 'fine', token_type: 'Bearer', id_token: idToken(origin, { nonce }) },
  })
})
afterEach(async () => server.stop())

type Callback = (query: URLSearchParams, redirectUri: string, agent: UserAgent) => Promise<unknown>

async function logIn(browse: Callback, settings: Readonly<Record<string, string>> = {}) {
  const provider = await openOauth({
    settings: { issuer: server.origin, client_id: 'app', scope: 'openid', ...settings },
  })
  const agent = new UserAgent()
  const interaction = person({
    browse: async (url) => {
      const { searchParams } = new URL(url)
      nonce ??= searchParams.get('nonce') ?? undefined
      const query = new URLSearchParams({
        code: 'c0de',
        state: searchParams.get('state')!,
        iss: server.origin,
      })
      await browse(query, searchParams.get('redirect_uri')!, agent)
    },
  })
  nonce = undefined
  return await provider.login!(openReach({}, { interaction }), {})
}

const back: Callback = async (query, uri, agent) => await agent.send(`${uri}?${query.toString()}`)

function changed(name: string, value: string | undefined): Callback {
  return async (query, uri, agent) => {
    const other = new URLSearchParams(query)
    if (value === undefined) other.delete(name)
    else other.set(name, value)
    const page = await agent.send(`${uri}?${other.toString()}`)
    expect(page.status).toBe(400)
    await back(query, uri, agent)
  }
}

/** What a hostile page or server sends is waited past; the right answer still counts. */
describe('C25: the authorization code flow', () => {
  for (const [what, name, value] of [
    ['a wrong state', 'state', 'guessed'],
    ['no state', 'state', undefined],
    ['the name of another issuer', 'iss', 'https://evil.example'],
    ['no issuer, though the server always names itself', 'iss', undefined],
  ] as const) {
    it(`waits past a callback with ${what}`, async () => {
      const tokens = await logIn(changed(name, value))
      expect(tokens.access.reveal()).toBe('fine')
      const spent = server.seen.filter(({ url }) => url === '/token')
      expect(spent).toHaveLength(1)
      expect(spent[0]!.form.get('code_verifier')).toMatch(/^[\w-]{43}$/)
    })
  }

  it('waits past a callback with two states, and one that was posted', async () => {
    const tokens = await logIn(async (query, uri, agent) => {
      await agent.send(`${uri}?${query.toString()}&state=other`)
      await agent.send(`${uri}?${query.toString()}`, new URLSearchParams())
      await back(query, uri, agent)
    })
    expect(tokens.access.reveal()).toBe('fine')
  })

  it('waits past a callback with two codes', async () => {
    const tokens = await logIn(async (query, uri, agent) => {
      expect((await agent.send(`${uri}?${query.toString()}&code=other`)).status).toBe(400)
      await back(query, uri, agent)
    })
    expect(tokens.access.reveal()).toBe('fine')
  })

  it('gives up when the right one never comes', async () => {
    await expect(
      logIn(async (_, uri, agent) => await agent.send(`${uri}?state=x`), { login_timeout: '1s' }),
    ).rejects.toMatchObject({ code: 'reauth_required' })
    expect(server.seen.filter(({ url }) => url === '/token')).toEqual([])
  })

  it('refuses an ID token with another nonce: it was made for another login', async () => {
    await expect(
      logIn(async (query, uri, agent) => {
        nonce = 'of another login'
        await back(query, uri, agent)
      }),
    ).rejects.toMatchObject({ code: 'provider_nonsense' })
  })

  it('refuses a reply without the ID token asked for', async () => {
    server.answers['/token'] = { body: { access_token: 'fine', token_type: 'Bearer' } }
    await expect(logIn(back)).rejects.toMatchObject({ code: 'provider_nonsense' })
  })

  it('tells the words of the server without letting them act', async () => {
    await expect(
      logIn(async (query, uri, agent) => {
        query.delete('code')
        query.set('error', 'access_denied')
        query.set('error_description', '\u001b[2Jgo away')
        await back(query, uri, agent)
      }),
    ).rejects.toMatchObject({
      code: 'reauth_required',
      message: 'access was denied (access_denied: \\x1b[2Jgo away)',
    })
  })

  it('takes further parameters of the profile, but not those that protect the login', async () => {
    let seen: URLSearchParams | undefined
    const provider = await openOauth({
      settings: {
        issuer: server.origin,
        client_id: 'app',
        authorization_parameters: 'access_type=offline&hd=example.com',
      },
    })
    const interaction = person({
      browse: async (url) => {
        seen = new URL(url).searchParams
        nonce = seen.get('nonce') ?? undefined
        const query = { code: 'c', state: seen.get('state')!, iss: server.origin }
        const uri = seen.get('redirect_uri')!
        await new UserAgent().send(`${uri}?${new URLSearchParams(query).toString()}`)
      },
    })
    await provider.login!(openReach({}, { interaction }), {})
    expect(seen?.get('scope')).toBe('openid')
    expect(seen?.get('hd')).toBe('example.com')
    await expect(logIn(back, { authorization_parameters: 'state=mine' })).rejects.toMatchObject({
      code: 'usage',
    })
  })

  it.each([
    ['https://evil.example', 'names https://evil.example as its issuer, not'],
    [undefined, 'names no issuer, though'],
  ])('says that no answer came but one that named %s', async (named, words) => {
    const other: Callback = async (query, uri, agent) => {
      query.delete('iss')
      if (named !== undefined) query.set('iss', named)
      await agent.send(`${uri}?${query.toString()}`)
    }
    await expect(logIn(other, { login_timeout: '1s' })).rejects.toMatchObject({
      code: 'provider_nonsense',
      message: expect.stringContaining(words),
    })
    expect(server.seen.some(({ url }) => url === '/token')).toBe(false)
  })

  for (const redirect_uri of ['http://192.168.0.1/', 'http://127.0.0.1/?a']) {
    it(`does not wait at ${redirect_uri}`, async () => {
      await expect(logIn(back, { redirect_uri })).rejects.toMatchObject({ code: 'usage' })
    })
  }

  for (const redirect_uri of ['https://example.com/', 'app://x']) {
    it(`waits for what is pasted, and not at ${redirect_uri}`, async () => {
      await expect(logIn(back, { redirect_uri })).rejects.toMatchObject({
        code: 'reauth_required',
        message: 'there is nobody to ask',
      })
    })
  }

  it('waits where the client has registered', async () => {
    const tokens = await logIn(
      async (query, uri, agent) => {
        expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/some\/path$/)
        await back(query, uri, agent)
      },
      { redirect_uri: 'http://127.0.0.1/some/path' },
    )
    expect(tokens.access.reveal()).toBe('fine')
  })
})
