import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Interaction } from '../../../src/core/ports.ts'
import { redirectOf } from '../../../src/providers/oauth/flows/redirect-uri.ts'
import { openOauth } from '../../../src/providers/oauth/provider.ts'
import { openReach, person } from '../../oauth/reach.ts'
import { UserAgent } from '../../oauth/user-agent.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from './fake-server.ts'

/** The setting; what is registered and whether any port is; what is sent where 40123 was chosen. */
const kept = [
  ['http://127.0.0.1/callback', true, 'http://127.0.0.1:40123/callback'],
  ['http://127.0.0.1', true, 'http://127.0.0.1:40123'],
  ['http://127.0.0.1:8765', false, 'http://127.0.0.1:8765'],
  ['http://127.0.0.1:8765/', false, 'http://127.0.0.1:8765/'],
  ['http://127.0.0.1:80/cb', false, 'http://127.0.0.1:80/cb'],
  ['http://localhost:8765', false, 'http://localhost:8765'],
  ['http://localhost', true, 'http://localhost:40123'],
  ['HTTP://LocalHost:8765/Call/Back', false, 'HTTP://LocalHost:8765/Call/Back'],
  ['http://[::1]:8765/cb', false, 'http://[::1]:8765/cb'],
  ['http://[::1]/cb', true, 'http://[::1]:40123/cb'],
  ['http://127.0.0.2:8765//a/./b', false, 'http://127.0.0.2:8765//a/./b'],
  ['http://127.0.0.1:8765/%7Etokn/%c3%a9', false, 'http://127.0.0.1:8765/%7Etokn/%c3%a9'],
  ['http://127.0.0.1:8765/é', false, 'http://127.0.0.1:8765/é'],
  ['https://app.example.com/cb', false, 'https://app.example.com/cb'],
  ['https://app.example.com', false, 'https://app.example.com'],
  ['https://App.example.com:443/cb?x=1', false, 'https://App.example.com:443/cb?x=1'],
  ['com.example.app:/cb', false, 'com.example.app:/cb'],
  ['myapp://callback', false, 'myapp://callback'],
  ['urn:ietf:wg:oauth:2.0:oob', false, 'urn:ietf:wg:oauth:2.0:oob'],
] as const

describe('a redirect address', () => {
  it.each(kept)('%s is kept as it was written', (redirect_uri, anyPort, sent) => {
    const redirect = redirectOf({ redirect_uri })
    expect([redirect.registered, redirect.anyPort]).toEqual([redirect_uri, anyPort])
    expect(redirect.at('40123')).toBe(sent)
    expect(redirect.at()).toBe(redirect_uri)
    expect(redirect.listen !== undefined).toBe(/^http:/i.test(redirect_uri))
  })

  it.each([
    ['http://127.0.0.1/callback', '8765', 'http://127.0.0.1:8765/callback', false],
    ['http://127.0.0.1:8765', '8765', 'http://127.0.0.1:8765', false],
    ['http://localhost', '8765', 'http://localhost:8765', false],
    ['http://localhost', '0', 'http://localhost', true],
    ['http://127.0.0.1:0/cb', undefined, 'http://127.0.0.1/cb', true],
  ])('%s with the port %s is %s', (redirect_uri, redirect_port, registered, anyPort) => {
    const redirect = redirectOf({ redirect_uri, redirect_port })
    expect(redirect).toMatchObject({ registered, anyPort })
    expect(redirect.at('8765')).toBe(
      anyPort ? registered.replace(/(?<=t|1)(?=\/cb|$)/, ':8765') : registered,
    )
  })

  it.each([
    'localhost:8765/cb',
    '127.0.0.1:8765/cb',
    'http://example.com/cb',
    'http://127.0.0.1.example.com/cb',
    'http://localhost.example.com',
    'http://0.0.0.0:8765/cb',
    'http://user@127.0.0.1/cb',
    'http://127.0.0.1:8765/cb#x',
    'http://127.0.0.1:8765/cb?x=1',
    'https://app.example.com/cb#x',
    'https://user:secret@app.example.com/cb',
    'https:app.example.com/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ws://127.0.0.1/',
    'mailto:x',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:8765/a b',
    'http://127.0.0.1:8765/a\tb',
    ' http://127.0.0.1/cb',
    '/callback',
    '',
    `https://app.example.com/${'a'.repeat(3_000)}`,
  ])('is not %j', (redirect_uri) => {
    expect(() => redirectOf({ redirect_uri })).toThrow(ToknError)
  })

  it('has one port, and none that nothing can listen at', () => {
    const settings = { redirect_uri: 'http://127.0.0.1:8765/cb', redirect_port: '8766' }
    expect(() => redirectOf(settings)).toThrow('do not go together')
    const elsewhere = { redirect_uri: 'https://app.example.com/cb', redirect_port: '8766' }
    expect(() => redirectOf(elsewhere)).toThrow('do not go together')
    expect(() => redirectOf({ redirect_port: '8e3' })).toThrow('is not a port number')
  })
})

describe('a login with a redirect address', () => {
  let server: FakeServer
  beforeEach(async () => {
    server = await startFake({
      [discoveryPath]: metadata({ device_authorization_endpoint: undefined }),
      '/token': { body: { access_token: 'fine', token_type: 'Bearer' } },
    })
  })
  afterEach(async () => server.stop())

  async function logIn(interaction: Interaction, settings: Readonly<Record<string, string>>) {
    const provider = await openOauth({
      settings: { issuer: server.origin, client_id: 'app', ...settings },
    })
    return await provider.login!(openReach({}, { interaction }), {})
  }

  const sentToToken = () =>
    server.seen.find(({ url }) => url === '/token')?.form.get('redirect_uri') ?? undefined

  it.each([
    ['http://127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['http://localhost', /^http:\/\/localhost:\d+$/],
    ['HTTP://LocalHost/Call%7eBack', /^HTTP:\/\/LocalHost:\d+\/Call%7eBack$/],
  ])('sends %s byte for byte in both requests', async (redirect_uri, expected) => {
    let asked = ''
    const interaction = person({
      browse: async (url) => {
        const { searchParams } = new URL(url)
        asked = searchParams.get('redirect_uri') ?? ''
        const back = new URL(asked)
        back.search = new URLSearchParams({
          code: 'c',
          state: searchParams.get('state')!,
        }).toString()
        await new UserAgent().send(back.href)
      },
    })
    expect((await logIn(interaction, { redirect_uri })).access.reveal()).toBe('fine')
    expect(asked).toMatch(expected)
    expect(sentToToken()).toBe(asked)
    expect(interaction.told[0]).toBe(
      `Redirect address that has to be registered for the client: ${redirect_uri} (any port)`,
    )
  })

  /** Pastes what `write` makes of the address that was shown. */
  function pasting(write: (state: string, url: URL) => string, changes: Partial<Interaction> = {}) {
    return {
      ...person({
        answer: async (told) => {
          const shown = new URL(told.findLast((line) => URL.canParse(line)) ?? '')
          return write(shown.searchParams.get('state') ?? '', shown)
        },
      }),
      ...changes,
    }
  }

  it.each([
    'https://app.example.com/cb',
    'https://app.example.com',
    'com.example.app:/cb',
    'urn:ietf:wg:oauth:2.0:oob',
  ])('takes what is pasted where nothing can listen: %s', async (redirect_uri) => {
    const listen = async () => await Promise.reject(new Error('it must not listen'))
    const whole = pasting((state) => `${redirect_uri}?code=c&state=${state}`, { listen })
    expect((await logIn(whole, { redirect_uri })).access.reveal()).toBe('fine')
    expect(sentToToken()).toBe(redirect_uri)
    const bare = pasting(() => 'c0de', { listen })
    expect((await logIn(bare, { redirect_uri })).access.reveal()).toBe('fine')
    expect(bare.told.join('\n')).toContain(`for the client: ${redirect_uri}\n`)
    expect(bare.told.at(-1)).toContain('ties a code to a login')
  })

  it('says nothing of a bare code where the server ties it to the login', async () => {
    server.answers[discoveryPath] = metadata({ code_challenge_methods_supported: ['S256'] })
    const bare = pasting(() => 'c0de', { browserless: true })
    await logIn(bare, { redirect_uri: 'https://app.example.com/cb' })
    expect(bare.told.at(-1)).toMatch(/^http/)
  })

  it('goes on without a listener where nothing can listen, if no browser is wanted', async () => {
    const listen = async () => {
      throw new ToknError('reauth_required', 'cannot listen on port 8765 of this machine')
    }
    const interaction = pasting((state) => `code=c&state=${state}`, { listen, browserless: true })
    const redirect_uri = 'http://127.0.0.1:8765'
    expect((await logIn(interaction, { redirect_uri })).access.reveal()).toBe('fine')
    expect(sentToToken()).toBe(redirect_uri)
    expect(interaction.told[0]).toContain('cannot listen on port 8765')
    const wanting = pasting(() => 'c0de', { listen })
    await expect(logIn(wanting, { redirect_uri })).rejects.toMatchObject({
      message: 'cannot listen on port 8765 of this machine',
    })
  })

  it('ends with what a pasted error says', async () => {
    const interaction = pasting(
      (state) => `https://app.example.com/cb?error=access_denied&state=${state}`,
    )
    await expect(
      logIn(interaction, { redirect_uri: 'https://app.example.com/cb' }),
    ).rejects.toMatchObject({ code: 'reauth_required', details: { refusal: 'denied' } })
    const bare = pasting(() => '?error=access_denied')
    await expect(logIn(bare, {})).rejects.toMatchObject({ details: { refusal: 'denied' } })
  })

  it('gives up after five answers that are of no use', async () => {
    let count = 0
    const others = [
      'https://app.example.com/cb?code=c&state=other',
      'two words',
      '',
      'https://app.example.com/',
    ]
    const interaction = pasting((_, url) => others[count++] ?? url.href)
    await expect(
      logIn(interaction, { redirect_uri: 'https://app.example.com/cb' }),
    ).rejects.toMatchObject({ message: 'no address of this login was pasted' })
    expect(interaction.told.slice(-5)).toEqual([
      'That address does not belong to this login.',
      'That is neither such an address nor a code.',
      'That is neither such an address nor a code.',
      'That address does not belong to this login.',
      'That is the address to log in at. Paste the one that the browser ends up at.',
    ])
    expect(sentToToken()).toBeUndefined()
  })

  it('has the address in the hint where nobody comes back, or the server speaks of it', async () => {
    const nobody = person({ browse: async () => undefined })
    const redirect_uri = `http://127.0.0.1:${await freePort()}`
    const hint = expect.stringContaining(
      `register this redirect address for the client: ${redirect_uri}`,
    )
    const settings = { redirect_uri, login_timeout: '1s' }
    await expect(logIn(nobody, settings)).rejects.toMatchObject({ details: { hint } })
    for (const body of [
      { error: 'invalid_grant', error_description: 'Incorrect redirect_uri' },
      { error: 'redirect_uri_mismatch' },
    ]) {
      server.answers['/token'] = { status: 400, body }
      const coming = pasting((state) => `code=c&state=${state}`)
      await expect(logIn(coming, settings)).rejects.toMatchObject({ details: { hint } })
    }
  })
})

async function freePort(): Promise<number> {
  const taken = createServer()
  await once(taken.listen(0, '127.0.0.1'), 'listening')
  const { port } = taken.address() as AddressInfo
  await once(taken.close(), 'close')
  return port
}
