import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import {
  discoveryPath,
  metadata,
  startFake,
  type FakeServer,
  type Said,
} from '../unit/oauth/fake-server.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { UserAgent } from './user-agent.ts'

const secret = 'the-secret-of-the-client'
const tokens = { access_token: 'a-token', token_type: 'Bearer', expires_in: 600 }

/** Everything that a server says is an attacker's: nothing of it may drive a terminal. */
function expectClean({ out, err }: Ended): void {
  expect(out).toBe('')
  expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  expect(err).not.toContain(secret)
  expect(err).toMatch(/^tokn: error: .+\n(tokn: hint: .+\n)?$/)
}

describe('a hostile authorization server', () => {
  let fake: FakeServer
  let stranger: FakeServer
  let home: Home
  beforeEach(async () => {
    home = makeHome()
    stranger = await startFake({ '/token': { body: tokens } })
    fake = await startFake({ [discoveryPath]: metadata(), '/token': { body: tokens } })
  })
  afterEach(async () => {
    home.remove()
    await fake.stop()
    await stranger.stop()
  })

  const login = () => ['login', 'work', '--issuer', fake.origin, '--client-id', 'app']

  async function logIn(...flags: readonly string[]): Promise<Ended> {
    const env = { TOKN_CLIENT_SECRET: secret }
    return await run([...login(), '--flow', 'client', ...flags], { home, env })
  }

  async function expectRefused(ended: Ended, status: number, words: string | RegExp) {
    expectClean(ended)
    expect(ended.status, ended.err).toBe(status)
    expect(ended.err).toMatch(words)
    // What is refused leaves neither a profile nor a session.
    expect(await run(['token', 'work'], { home })).toMatchObject({ status: 3, out: '' })
  }

  it('calls itself by another name', async () => {
    fake.answers[discoveryPath] = metadata({ issuer: 'https://login.example.com' })
    await expectRefused(await logIn(), 6, 'names https://login.example.com as its issuer')
    expect(fake.seen.map(({ url }) => url)).toEqual([discoveryPath])
  })

  it('sends its endpoints elsewhere, and only the user can allow that', async () => {
    fake.answers[discoveryPath] = metadata({ token_endpoint: `${stranger.origin}/token` })
    await expectRefused(await logIn(), 6, `--trust-endpoint ${stranger.origin}`)
    expect(stranger.seen).toEqual([])
    expect((await logIn('--trust-endpoint', stranger.origin)).status).toBe(0)
    expect(stranger.seen).toHaveLength(1)
  })

  it('moves its token endpoint after the login', async () => {
    fake.answers['/token'] = { body: { ...tokens, refresh_token: 'the-refresh-token' } }
    expect((await logIn()).status).toBe(0)
    fake.answers[discoveryPath] = metadata({ token_endpoint: `${stranger.origin}/token` })
    const { status, out } = await run(['refresh', 'work'], { home })
    expect({ status, out }).toEqual({ status: 6, out: '' })
    expect(stranger.seen).toEqual([])
    expect((await run(['token', 'work'], { home })).out).toBe('a-token\n')
  })

  it('offers plain http, or a redirect', async () => {
    fake.answers[discoveryPath] = metadata({ token_endpoint: 'http://login.example.com/token' })
    await expectRefused(await logIn(), 6, 'no https URL as its token_endpoint')
    fake.answers[discoveryPath] = metadata()
    fake.answers['/token'] = { status: 307, headers: { location: `${stranger.origin}/token` } }
    await expectRefused(await logIn(), 6, /redirect|307/)
    expect(stranger.seen).toEqual([])
  })

  const nasty = '\u001b]0;owned\u0007\u001b[2J\u202egnp.\u0000\r\nHTTP'
  const answers: ReadonlyArray<readonly [string, Said, number, string | RegExp]> = [
    [
      'control sequences',
      { status: 400, body: { error: 'x', error_description: nasty } },
      6,
      '\\\\x1b',
    ],
    ['a code with control sequences', { status: 400, body: { error: nasty } }, 6, '\\\\x1b'],
    [
      'our own secret',
      { status: 401, body: { error: 'invalid_client', error_description: secret } },
      4,
      '\\[secret\\]',
    ],
    [
      'a page',
      { headers: { 'content-type': 'text/html' }, body: '<script>1</script>' },
      6,
      'text/html',
    ],
    ['nothing', { body: '' }, 6, 'nothing'],
    [
      'half a document',
      { headers: { 'content-type': 'application/json' }, body: '{"access_' },
      6,
      'JSON',
    ],
    [
      'a token that could not travel',
      { body: { ...tokens, access_token: 'a\r\nHost: x' } },
      6,
      'cannot be sent',
    ],
    ['no token', { body: { token_type: 'Bearer' } }, 6, 'answered without an access token'],
    [
      'a thousand times what fits',
      { body: { more: 'x'.repeat(2_000_000), ...tokens } },
      6,
      'cut off there',
    ],
    ['that it is overloaded', { status: 503, body: nasty }, 7, '503'],
    [
      'that it is asked too often',
      { status: 429, headers: { 'retry-after': '600' }, body: '' },
      7,
      'the server gets too many requests',
    ],
  ]
  for (const [name, said, status, words] of answers) {
    it(`answers with ${name}`, async () => {
      fake.answers['/token'] = said
      const ended = await logIn()
      expect(ended.status, ended.err).toBe(status)
      await expectRefused(ended, status, new RegExp(words))
    })
  }

  describe.skipIf(!hasTerminal())('before a person', () => {
    it('wants the code entered at a page without https', async () => {
      fake.answers['/device'] = {
        body: {
          device_code: 'the-device-code',
          user_code: 'ABCD',
          verification_uri: 'http://login.example.com/device',
          expires_in: 60,
        },
      }
      const { status, out, err } = await openTerminal([...login(), '--flow', 'device'], home).ended
      expect({ status, out }, err).toEqual({ status: 6, out: '' })
      expect(err).toContain('is not an https URL')
      expect(err).not.toContain('ABCD')
    })

    it('shows a code and a page that would drive the terminal', async () => {
      fake.answers['/device'] = {
        body: {
          device_code: 'the-device-code',
          user_code: 'AB\u001b[2JCD',
          verification_uri: 'https://login.example.com/\u001b]0;x\u0007?a=\u202e',
          expires_in: 60,
        },
      }
      const terminal = openTerminal([...login(), '--flow', 'device'], home)
      await terminal.ended
      expect(terminal.raw()).toContain('enter the code AB\\x1b[2JCD')
      expect(terminal.raw()).not.toMatch(/[\u0007\u001b\u202e]/)
    })

    it('is answered only by the callback of this very login', async () => {
      const terminal = openTerminal([...login(), '--no-browser', '--scope', 'read'], home)
      const url = new URL((await terminal.until(/^(http:\S+)$/m))[1] ?? '')
      const back = url.searchParams.get('redirect_uri') ?? ''
      const state = url.searchParams.get('state') ?? ''
      const agent = new UserAgent()
      for (const wrong of [
        { code: 'stolen', state: 'wrong' },
        { code: 'stolen' },
        { code: 'stolen', state, iss: 'https://login.example.com' },
      ]) {
        const page = await agent.get(`${back}?${new URLSearchParams(wrong)}`)
        expect(page).toContain('does not belong to the login under way')
      }
      expect(fake.seen.every(({ url: path }) => path !== '/token')).toBe(true)
      // Two at once: one is taken, and the other can change nothing any more.
      const codes = ['one', 'another']
      const sending = codes.map(async (code) =>
        new UserAgent().get(`${back}?${new URLSearchParams({ code, state })}`),
      )
      await Promise.allSettled(sending)
      const { status, err } = await terminal.ended
      expect(status, err).toBe(0)
      const sent = fake.seen.filter(({ url: path }) => path === '/token')
      expect(sent).toHaveLength(1)
      expect(codes).toContain(sent[0]?.form.get('code'))
      expect(findTexts(home.path, ['a-token'])).toEqual([])
    })
  })
})
