import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

/** What a hint says can be typed, and goes on where the login had failed. */
describe('the hints of a login to an OAuth server', () => {
  let server: FakeServer
  let home: Home
  let answer: { status?: number; body?: unknown }
  beforeAll(async () => {
    server = await startFake({
      '/.well-known/oauth-authorization-server': metadata({
        scopes_supported: ['openid', 'api', 'read'],
      }),
      '/token': () => answer,
    })
  })
  afterAll(async () => server.stop())
  beforeEach(() => {
    home = makeHome()
    server.seen.length = 0
  })
  afterEach(() => home.remove())

  const at = (...flags: readonly string[]) =>
    ['login', 'svc', '--issuer', server.origin, '--client-id', 'app', ...flags] as const
  const hintIn = (err: string) => /^tokn: hint: (.*)$/m.exec(err)?.[1]

  it('repeat what was typed where the profile is not kept yet, and name it where it is', async () => {
    const words = at('--flow', 'password', '--username', 'ann lee')
    const env = { TOKN_PASSWORD: 'wrong' }
    answer = { status: 400, body: { error: 'invalid_grant' } }
    const first = await run(words, { home, env })
    expect(first).toMatchObject({ status: 4, out: '' })
    const typed = `tokn ${words.slice(0, -1).join(' ')} "ann lee"`
    expect(hintIn(first.err)).toBe(`check the user name and the password: ${typed}`)
    answer = { body: { access_token: 'good', token_type: 'Bearer', expires_in: 600 } }
    expect(await run(words, { home, env })).toMatchObject({ status: 0 })
    answer = { status: 400, body: { error: 'invalid_grant' } }
    const again = await run(words, { home, env })
    expect(hintIn(again.err)).toBe('check the user name and the password: tokn login svc')
  })

  it('repeat it for a refresh token that was refused', async () => {
    const words = at('--with-refresh-token')
    answer = { status: 400, body: { error: 'invalid_grant' } }
    const { status, err } = await run(words, { home, input: 'bad\n' })
    expect(status).toBe(4)
    expect(hintIn(err)).toBe(`tokn ${words.join(' ')}`)
  })

  it('name variables, and no flags of another command, where those are all there is', async () => {
    const env = { TOKN_ISSUER: server.origin, TOKN_CLIENT_ID: 'app' }
    for (const flow of ['auto', 'device']) {
      const { status, err } = await run(['token'], { home, env: { ...env, TOKN_FLOW: flow } })
      expect(status).toBe(4)
      expect(hintIn(err)).toBe(
        'log in in a terminal first: tokn login NAME; or, without a person: TOKN_FLOW=client, jwt, exchange or ci',
      )
    }
    answer = { status: 401, body: { error: 'invalid_client' } }
    const secret = { ...env, TOKN_FLOW: 'client', TOKN_CLIENT_SECRET: 'wrong' }
    const { err } = await run(['token'], { home, env: secret })
    expect(hintIn(err)).toContain('not tried: TOKN_CLIENT_AUTH=client_secret_jwt')
    expect(err).not.toContain('--')
  })

  it('name the scopes of the server, where it refuses without a word and none were asked for', async () => {
    const env = { TOKN_PASSWORD: 'right', TOKN_CLIENT_SECRET: 'right' }
    const wanted = 'the server may want to be asked for scopes: --scope'
    answer = { status: 403 }
    const bare = at('--flow', 'client', '--client-auth', 'client_secret_post')
    const client = await run(bare, { home, env })
    expect(hintIn(client.err)).toContain(`; or ${wanted} api; it also lists read, openid`)
    const asked = await run([...bare, '--scope', 'api'], { home, env })
    expect(hintIn(asked.err)).not.toContain('--scope')
    answer = { status: 400 }
    const password = await run(at('--flow', 'password', '--username', 'ann'), { home, env })
    expect(hintIn(password.err)).toBe(`${wanted} openid; it also lists api, read`)
  })

  it.skipIf(!hasTerminal())('ask for no secret where a pasted code was refused', async () => {
    answer = { status: 400, body: { error: 'invalid_grant' } }
    const terminal = openTerminal(at('--flow', 'code', '--no-browser'), home)
    await terminal.until(/or paste the address/)
    terminal.type('a-wrong-code-of-chance\r')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(4)
    expect(err).not.toContain('Client secret')
  })

  it('say which variable or setting no login could use, before anything is sent or kept', async () => {
    const env = { TOKN_CLIENT_SECRET: 'right' }
    const client = at('--flow', 'client')
    for (const [words, more, said] of [
      [[...client, '--set', 'login_timeout=zz'], {}, 'login_timeout "zz" is not a duration'],
      [client, { TOKN_LOGIN_TIMEOUT: 'zz' }, 'login_timeout "zz" is not a duration'],
      [at('--redirect-uri', 'http://example.com/cb'), {}, 'is not one that a login can end at'],
      [client, { TOKN_REDIRECT_PORT: 'none' }, 'redirect_port "none" is not a port number'],
    ] as const) {
      const { status, err } = await run(words, { home, env: { ...env, ...more } })
      expect(status, err).toBe(2)
      expect(err).toContain(said)
    }
    expect(server.seen).toEqual([])
  })

  it('name the flag of the token endpoint where nothing is there', async () => {
    answer = { status: 404 }
    const env = { TOKN_CLIENT_SECRET: 'right' }
    const { err } = await run(at('--flow', 'client'), { home, env })
    expect(hintIn(err)).toContain('--token-endpoint URL')
  })

  it('name both of what a login by an assertion can be made with', async () => {
    const { err } = await run(at('--flow', 'jwt'), { home })
    expect(hintIn(err)).toBe('set TOKN_PRIVATE_KEY_FILE or TOKN_ASSERTION_FILE')
  })
})
