import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { run, type Ended, type RunOptions } from '../support/run.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

const given = 'refresh-canary-1'
const slowRefusal = join(import.meta.dirname, '../support/slow-refusal.cjs')

describe('tokn login --with-refresh-token', () => {
  let fake: FakeServer
  let home: Home
  /** The refresh token that is good now: each use replaces it. */
  let good = given
  let spent = 0
  beforeEach(async () => {
    home = makeHome()
    good = given
    spent = 0
    fake = await startFake({
      [discoveryPath]: metadata({ token_endpoint_auth_methods_supported: ['client_secret_post'] }),
      '/token': ({ form }) => {
        if (form.get('refresh_token') !== good) {
          return { status: 400, body: { error: 'invalid_grant' } }
        }
        good = `refresh-canary-${++spent + 1}`
        return {
          body: { access_token: `access-${spent}`, refresh_token: good, expires_in: 600 },
        }
      },
    })
  })
  afterEach(async () => {
    home.remove()
    await fake.stop()
  })

  const login = async (options: Partial<RunOptions> = {}, words: readonly string[] = []) =>
    await run(
      ['login', 'web', '--issuer', fake.origin, '--client-id', 'app', ...words].concat(
        words.includes('--with-token') ? [] : ['--with-refresh-token'],
      ),
      { home, input: `${given}\n`, ...options },
    )

  const requests = () => fake.seen.filter(({ url }) => url === '/token')

  const expectNoSecret = ({ out, err }: Ended) => expect(out + err).not.toMatch(/canary/)

  it('refreshes it at once, and keeps what the server gave in its place', async () => {
    const env = { TOKN_CLIENT_SECRET: 'client-canary' }
    const made = await login({ env })
    expect(made, made.err).toMatchObject({ status: 0, out: '' })
    expectNoSecret(made)
    expect(Object.fromEntries(requests()[0]?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: given,
      client_id: 'app',
      client_secret: 'client-canary',
    })
    expect((await run(['token', 'web'], { home })).out).toBe('access-1\n')
    // Without the variable: the secret is kept with the refresh token, which is useless without it.
    expect((await run(['refresh', 'web'], { home })).status).toBe(0)
    expect((await run(['token', 'web'], { home })).out).toBe('access-2\n')
    expect(requests()).toHaveLength(2)
    expect((await run(['why', 'web'], { home })).status).toBe(0)
  })

  it('stores nothing where it is refused: exit 4', async () => {
    const refused = await login({ input: 'another-canary' })
    expect(refused).toMatchObject({ status: 4, out: '' })
    expectNoSecret(refused)
    expect(requests()).toHaveLength(1)
    expect((await run(['token', 'web'], { home })).status).toBe(3)
    expect((await run(['doctor', '--json'], { home })).out).not.toContain('login-web')
  })

  it('leaves a session as it is where the next one is refused', async () => {
    expect((await login()).status).toBe(0)
    expect((await login({ input: 'another-canary' })).status).toBe(4)
    expect((await run(['token', 'web'], { home })).out).toBe('access-1\n')
    expect((await run(['refresh', 'web'], { home })).status).toBe(0)
  })

  it('keeps the token given where the server gives no other', async () => {
    fake.answers['/token'] = { body: { access_token: 'same', expires_in: 600 } }
    expect((await login()).status).toBe(0)
    expect((await run(['refresh', 'web'], { home })).status).toBe(0)
    expect(requests()[1]?.form.get('refresh_token')).toBe(given)
  })

  it.each([
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<h1>portal</h1>' }],
    ['half an object', { body: '{"issuer":' }],
    ['a list', { body: [] }],
    ['two endpoints', { body: '{"token_endpoint":"https://a.example","token_endpoint":"x"}' }],
  ])('takes %s for a document as what was asked before anything was sent', async (_, document) => {
    expect((await login()).status).toBe(0)
    const before = fake.answers[discoveryPath]
    fake.answers[discoveryPath] = document
    const refreshed = await run(['refresh', 'web'], { home })
    expect(refreshed).toMatchObject({ status: 6, out: '' })
    expect(refreshed.err).not.toContain('tokn login')
    expect(requests()).toHaveLength(1)
    const token = await run(['token', 'web'], { home })
    expect(token).toMatchObject({ status: 0, out: 'access-1\n', err: '' })
    expect((await run(['status', 'web'], { home })).out).not.toContain('under way')
    fake.answers[discoveryPath] = before ?? {}
    expect((await run(['refresh', 'web'], { home })).status).toBe(0)
  })

  it('says what a lost answer may mean, and doctor knows of it', async () => {
    fake.answers['/token'] = () => undefined
    const lost = await login()
    expect(lost).toMatchObject({ status: 7, out: '' })
    expect(lost.err).toContain('may be spent')
    expect(requests()).toHaveLength(1)
    const found = await run(['doctor', '--offline', '--json'], { home })
    expect(found.out).toContain('login-web')
    expectNoSecret(found)
  })

  it.each([
    ['nothing', '', 2],
    ['a whole reply', '{"refresh_token":"r-canary"}', 2],
    ['two lines', 'one-canary\ntwo-canary\n', 2],
  ])('takes a refresh token alone, and not %s', async (_, input, status) => {
    const ended = await login({ input })
    expect(ended).toMatchObject({ status, out: '' })
    expectNoSecret(ended)
    expect(requests()).toEqual([])
  })

  it.each([['--remember'], ['--with-token'], ['--expires-in', '5m']])(
    'is not taken together with %s',
    async (...words) => {
      const ended = await run(
        [
          'login',
          'web',
          '--issuer',
          fake.origin,
          '--client-id',
          'app',
          '--with-refresh-token',
        ].concat(words),
        { home, input: given },
      )
      expect(ended).toMatchObject({ status: 2, out: '' })
      expect(fake.seen).toEqual([])
    },
  )

  it('is refused where an API has no refresh', async () => {
    const words = ['login', 'iot', '-p', 'rightech', '--with-refresh-token']
    const ended = await run(words, { home, input: given })
    expect(ended, ended.err).toMatchObject({ status: 5, out: '' })
    expect(readdirSync(home.work)).toEqual([])
  })

  it.each([
    ['oz', ['--base-url', 'https://oz.invalid']],
    ['hosterby', []],
  ])('is refused by %s before anything is sent, which needs more', async (provider, words) => {
    const ended = await run(['login', 'x', '-p', provider, ...words, '--with-refresh-token'], {
      home,
      input: given,
    })
    expect(ended, ended.err).toMatchObject({ status: 5, out: '' })
    expect(ended.err).toContain('tokn login x --with-token < FILE')
  })

  it('is not spent where nothing could keep what comes in its place', async () => {
    const ended = await login({}, ['--store', 'memory'])
    expect(ended).toMatchObject({ status: 2, out: '' })
    expect(requests()).toEqual([])
  })

  it('finishes by doctor what was answered and not read', async () => {
    fake.answers['/token'] = { body: '{"access_token":"cut-canary"' }
    const unread = await login()
    expect(unread).toMatchObject({ status: 6, out: '' })
    expectNoSecret(unread)
    const found = await run(['doctor', '--fix', '--offline', '--json'], { home })
    expect(found.out).toContain('login-web')
    expectNoSecret(found)
    expect((await run(['doctor', '--offline', '--json'], { home })).out).not.toContain('login-web')
  })

  it.skipIf(!hasTerminal())('is asked for in a terminal, and not shown', async () => {
    const words = ['login', 'web', '--issuer', fake.origin, '--client-id', 'app']
    // Its answer comes before the question is put again.
    const slow = { NODE_OPTIONS: `--require ${slowRefusal}` }
    const terminal = openTerminal([...words, '--with-refresh-token'], home, slow)
    await terminal.until(/Refresh token of 127/)
    terminal.type('{"refresh_token":"wrong-canary"}\r')
    await terminal.until(/is expected alone/)
    terminal.type(`${given}\r`)
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(err).not.toMatch(/canary/)
    const other = openTerminal([...words, '--with-refresh-token'], home)
    await other.until(/Refresh token of 127/)
    other.type('\u0003')
    expect((await other.ended).status).toBe(130)
    expect(requests()).toHaveLength(1)
  })
})
