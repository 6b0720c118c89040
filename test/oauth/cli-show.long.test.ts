import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goBack } from './user-agent.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

// Every value that a login has and no one else may see ends in this.
const canary = /canary/i

describe('tokn login --show', () => {
  let fake: FakeServer
  let home: Home
  beforeEach(async () => {
    home = makeHome()
    fake = await startFake({
      [discoveryPath]: metadata({
        token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      }),
      '/device': (_, origin) => ({
        headers: { 'set-cookie': 'sid=cookie-canary', 'dpop-nonce': 'nonce-canary' },
        body: {
          device_code: 'device-canary',
          user_code: 'USER-CANARY',
          verification_uri: `${origin}/go`,
          verification_uri_complete: `${origin}/go?user_code=USER-CANARY`,
          expires_in: 60,
          interval: 1,
          unknown: 'unknown-canary',
        },
      }),
      '/token': {
        headers: { 'set-cookie': 'sid=cookie-canary', 'x-request-id': 'request-canary' },
        body: {
          access_token: 'access-canary',
          refresh_token: 'refresh-canary',
          expires_in: 600,
          scope: 'read',
          token_type: 'Bearer',
          account: { session: 'session-canary', list: ['list-canary'] },
        },
      },
    })
  })
  afterEach(async () => {
    home.remove()
    await fake.stop()
  })

  const to = () => ['login', 'web', '--issuer', fake.origin, '--client-id', 'app', '--show']
  const login = async (words: readonly string[], env: Environment = {}, input?: string) =>
    await run([...to(), ...words], { home, env, input })

  /** Nothing secret, and what was sent in the order that the server saw it. */
  function expectShown({ out, err }: Ended): void {
    expect(out).toBe('')
    // What else is said of a failure quotes the server, but for what is known as a secret.
    const lines = err.split('\n').filter((line) => /^( {5}| {3}the|\d+\. )/.test(line))
    expect(lines.join('\n')).not.toMatch(canary)
    expect(err).not.toMatch(/client-canary|pass-canary|subject-canary|given-canary/)
    const shown = [...err.matchAll(/^(?:tokn: )?(\d+\. [A-Z]+) (http\S+)/gm)]
    expect(shown.map(([, first, url = '']) => `${first} ${new URL(url).pathname}`)).toEqual(
      fake.seen.map(({ method, url }, index) => `${index + 1}. ${method} ${url.split('?')[0]}`),
    )
    for (const index of fake.seen.keys())
      expect(err).toMatch(RegExp(`^(tokn: )?${index + 1}. -> `, 'm'))
  }

  it('prints each request and each reply, with the section that it is from', async () => {
    const ended = await login(['--flow', 'client', '--scope', 'read'], {
      TOKN_CLIENT_SECRET: 'client-canary',
    })
    expect(ended.status, ended.err).toBe(0)
    expectShown(ended)
    for (const line of [
      `1. GET ${fake.origin}${discoveryPath}  (OpenID Connect Discovery 4.1)`,
      '1. -> 200  (OpenID Connect Discovery 4.2)',
      `2. POST ${fake.origin}/token  (RFC 6749 4.4.2; client: the secret in the body, RFC 6749 2.3.1)`,
      '     grant_type client_credentials',
      '     scope read',
      '     client_secret [secret]',
      '2. -> 200  (RFC 6749 4.4.3)',
      '     access_token [secret]',
      '     expires_in 600',
      '     set-cookie: [secret]',
    ]) {
      expect(ended.err).toContain(`${line}\n`)
    }
  })

  it('shows what failed until then, and what the server said of it', async () => {
    fake.answers['/token'] = {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="x", error="client-canary"' },
      body: {
        error: 'invalid_client',
        error_description:
          'the secret client-canary of app is wrong, see QWERTYCANARY0123456789abcd',
        trace: 'trace-canary',
      },
    }
    const env = { TOKN_CLIENT_SECRET: 'client-canary' }
    const ended = await login(['--flow', 'client'], env)
    expect(ended.status).toBe(4)
    expectShown(ended)
    expect(ended.err).toContain('-> 401  (RFC 6749 5.2)')
    expect(ended.err).toContain('error_description the secret [secret] of app is wrong')
    fake.answers['/token'] = () => undefined
    fake.seen.length = 0
    const lost = await login(['--flow', 'client'], env)
    expect(lost.status).toBe(7)
    expectShown(lost)
    expect(lost.err).toContain('-> no reply')
  })

  it('hides what each flow that needs nobody sends', async () => {
    const path = join(home.work, 'key.pem')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const basic = ['--client-auth', 'client_secret_basic']
    const all: ReadonlyArray<[readonly string[], Environment, string?]> = [
      [['--flow', 'client', ...basic], { TOKN_CLIENT_SECRET: 'client-canary' }],
      [['--flow', 'client', '--private-key-file', path], {}],
      [['--flow', 'client', '--dpop', ...basic], { TOKN_CLIENT_SECRET: 'client-canary' }],
      [['--flow', 'exchange'], { TOKN_SUBJECT_TOKEN: 'subject-canary' }],
      [['--flow', 'jwt'], { TOKN_ASSERTION: 'an.assertion.canary' }],
      [['--flow', 'password', '--username', 'alice'], { TOKN_PASSWORD: 'pass-canary' }],
      [['--with-refresh-token'], {}, 'given-canary'],
    ]
    for (const [index, [words, env, input]] of all.entries()) {
      fake.seen.length = 0
      const args = to().map((word) => (word === 'web' ? `web${index}` : word))
      const ended = await run([...args, ...words], { home, env, input })
      expect(ended.status, ended.err).toBe(0)
      expectShown(ended)
      expect(ended.err).not.toMatch(/eyJ|Basic (?!\[secret\])/)
    }
  })

  it('counts on from the resource that a login began at, and hides on', async () => {
    const nonce = 'first-canary'
    fake.answers['/mcp'] = (_, origin) => ({
      status: 401,
      headers: {
        'www-authenticate': `Bearer resource_metadata="${origin}/resource"`,
        'set-cookie': nonce,
      },
    })
    fake.answers['/resource'] = (_, origin) => ({
      body: {
        resource: `${origin}/mcp`,
        authorization_servers: [origin],
        scopes_supported: ['read'],
      },
    })
    fake.answers['/token'] = {
      status: 400,
      body: { error: 'invalid_scope', error_description: `nothing for ${nonce}` },
    }
    const words = ['login', 'web', '--resource', `${fake.origin}/mcp`, '--client-id', 'app']
    const env = { TOKN_CLIENT_SECRET: 'client-canary' }
    const ended = await run([...words, '--flow', 'client', '--show'], { home, env })
    expectShown(ended)
    expect(ended.err).toContain('error_description nothing for [secret]\n')
    for (const line of [
      `1. GET ${fake.origin}/mcp  (RFC 9728 5)`,
      '1. -> 401  (RFC 9728 5.1, RFC 6750 3)',
      `2. GET ${fake.origin}/resource  (RFC 9728 3.1)`,
      '2. -> 200  (RFC 9728 3.2)',
    ]) {
      expect(ended.err).toContain(`${line}\n`)
    }
  })

  it('counts the requests that a server wants in another form', async () => {
    const good = fake.answers['/token'] ?? {}
    fake.answers['/token'] = (seen, origin) => {
      if (seen.headers['content-type']?.includes('json') !== true) return { status: 415 }
      return typeof good === 'function' ? good(seen, origin) : good
    }
    const json = await login(['--flow', 'client'], { TOKN_CLIENT_SECRET: 'client-canary' })
    expect(json.status, json.err).toBe(0)
    expectShown(json)
    for (const line of [
      '2. -> 415  (RFC 9110 15.5.16)',
      `3. POST ${fake.origin}/token  (RFC 6749 4.4.2; client: the secret in the body, RFC 6749 2.3.1)`,
      '     content-type: application/json',
      '3. -> 200  (RFC 6749 4.4.3)',
    ]) {
      expect(json.err).toContain(`${line}\n`)
    }
  })

  it('counts the proofs of a client that a server wants in another form', async () => {
    fake.answers[discoveryPath] = metadata({
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    })
    const good = fake.answers['/token'] ?? {}
    const secret = 'client+canary/'
    fake.answers['/token'] = (seen, origin) => {
      const sent = Buffer.from((seen.headers.authorization ?? '').slice(6), 'base64').toString()
      if (sent !== `app:${secret}`) return { status: 401, body: { error: 'invalid_client' } }
      return typeof good === 'function' ? good(seen, origin) : good
    }
    const plain = await login(['--flow', 'client'], { TOKN_CLIENT_SECRET: secret })
    expect(plain.status, plain.err).toBe(0)
    expectShown(plain)
    for (const number of [2, 3]) {
      expect(plain.err).toContain(
        `${number}. POST ${fake.origin}/token  (RFC 6749 4.4.2; client: HTTP Basic, RFC 6749 2.3.1)\n`,
      )
    }
    expect(plain.err).toContain('2. -> 401  (RFC 6749 5.2)\n')
    expect(plain.err).toContain('3. -> 200  (RFC 6749 4.4.3)\n')
  })

  it.skipIf(!hasTerminal())('counts on where a secret is asked for again', async () => {
    const good = fake.answers['/token'] ?? {}
    fake.answers['/token'] = (seen, origin) => {
      if (seen.form.get('client_secret') !== 'right-canary') {
        return {
          status: 401,
          body: { error: 'invalid_client', error_description: 'not wrong-canary' },
        }
      }
      return typeof good === 'function' ? good(seen, origin) : good
    }
    const terminal = openTerminal([...to(), '--flow', 'client', '--no-remember'], home)
    await terminal.until(/[Cc]lient secret/)
    terminal.type('wrong-canary\r')
    await terminal.until(/once more[^]*Client secret/)
    terminal.type('right-canary\r')
    const ended = await terminal.ended
    expect(ended.status, ended.err).toBe(0)
    expectShown(ended)
  })

  it.skipIf(!hasTerminal())('hides what passes through a person', async () => {
    const given = { TOKN_CLIENT_SECRET: 'client-canary' }
    const code = openTerminal(
      [...to(), '--flow', 'code', '--no-browser', '--no-remember'],
      home,
      given,
    )
    const address = new URL((await code.until(/^(http:\S+)$/m))[1] ?? '')
    const back = new URL(address.searchParams.get('redirect_uri') ?? '')
    back.search = `code=code-canary&state=${address.searchParams.get('state')}`
    await goBack(back)
    const { status, err } = await code.ended
    expect(status, err).toBe(0)
    expect(err).not.toMatch(canary)
    expect(err).toContain('the browser: GET')
    expect(err).toContain('the browser came back')
    expect(err).toContain('code_verifier [secret]')
    const shown = err.split('\n').filter((line) => /^ *(\d+\.|the browser|code |state )/.test(line))
    expect(shown.join('\n')).not.toContain(address.searchParams.get('state'))
    const device = openTerminal([...to(), '--flow', 'device', '--no-remember'], home, given)
    const ended = await device.ended
    expect(ended.status, ended.err).toBe(0)
    const lines = ended.err.split('\n').filter((line) => /^\s+\S+ |^(tokn: )?\d+\. /.test(line))
    expect(lines.join('\n')).not.toMatch(canary)
    expect(ended.err).toContain('RFC 8628 3.1')
  })

  it.each([['-q'], ['--json'], ['--fields', 'profile'], ['--with-token']])(
    'is refused together with %s',
    async (...words) => {
      const ended = await login(words, {}, 'canary')
      expect(ended).toMatchObject({ status: 2, out: '' })
      expect(fake.seen).toEqual([])
    },
  )

  it('names the documents of an API that has a definition', async () => {
    const words = ['login', 'oz', '-p', 'oz', '--base-url', fake.origin, '--show']
    const env = { TOKN_EMAIL: 'a@example.com', TOKN_PASSWORD: 'pass-canary' }
    const ended = await run(words, { home, env })
    expectShown(ended)
    expect(ended.err).toContain('(https://doc.ozforensics.com/')
    expect(ended.err).toContain('credentials.email a@example.com')
    expect(ended.err).toContain('credentials.password [secret]')
  })
})
