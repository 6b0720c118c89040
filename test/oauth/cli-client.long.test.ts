import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Environment, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand } from '../support/run.ts'
import { clientKey, clientSecret, startOidc, type OidcServer } from './oidc-server.ts'

const pem = clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwk = JSON.stringify({ ...clientKey.privateKey.export({ format: 'jwk' }), kid: 'first' })

describe('tokn login for a client that speaks for itself', () => {
  let server: OidcServer
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
  })
  afterAll(async () => server.stop())
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  function file(name: string, content: string): string {
    const path = join(home.work, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  const login = (client: string, ...flags: readonly string[]) => [
    ...['login', 'svc', '--issuer', server.issuer, '--client-id', client],
    ...['--flow', 'client', '--scope', 'read', ...flags],
  ]

  async function expectLogin(words: readonly string[], env: Environment = {}): Promise<void> {
    const { status, out, err } = await run(words, { home, env })
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toMatch(
      /^logged in as "svc", expires in 9m .*; kept in the file store\nnext: tokn token svc\n$/,
    )
    const info = await run(['info', 'svc', '--json', '--fields', 'scopes'], { home, env })
    expect(JSON.parse(info.out).scopes).toEqual(['read'])
  }

  for (const method of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']) {
    it(`proves itself by ${method}, with a secret from a file`, async () => {
      const path = file('secret', `${clientSecret}\n`)
      await expectLogin(login(method, '--client-auth', method, '--client-secret-file', path))
      expect(findTexts(home.path, [clientSecret])).toEqual([`${path}: ${clientSecret}`])
    })
  }

  it('takes the secret from the environment, from a file that it names, or from a pipe', async () => {
    await expectLogin(login('client_secret_post'), { TOKN_CLIENT_SECRET: clientSecret })
    const path = file('secret', clientSecret)
    await expectLogin(login('client_secret_post'), { TOKN_CLIENT_SECRET_FILE: path })
    const words = login('client_secret_post', '--client-secret-file', '-')
    expect((await run(words, { home, input: `${clientSecret}\n` })).status).toBe(0)
  })

  for (const [form, key] of Object.entries({ PEM: pem, JWK: jwk })) {
    it(`proves itself by private_key_jwt, with a key in ${form}`, async () => {
      const path = file('key', key)
      await expectLogin(login('private_key_jwt', '--private-key-file', path))
      await expectLogin(login('private_key_jwt'), { TOKN_PRIVATE_KEY: key })
      const body = key.split('\n').find((line) => line.length > 40) ?? key
      expect(findTexts(home.path, [body])).toEqual([`${path}: ${body}`])
    })
  }

  it('takes the key from the file that TOKN_PRIVATE_KEY_FILE names, and remembers which', async () => {
    const env = { TOKN_PRIVATE_KEY_FILE: file('key', pem) }
    await expectLogin(login('private_key_jwt', '--remember'), env)
    home.shiftClock(3_600_000)
    const { status, out, err } = await startCommand(['tokn', 'token', 'svc'], { home }).ended
    expect(status, err).toBe(0)
    expect(out).toMatch(/^[\x21-\x7e]{20,}\n$/)
  })

  it.skipIf(!requirePart('bash'))(
    'takes the key from a pipe, and remembers the key, since the pipe will be gone',
    async () => {
      const words = login('private_key_jwt', '--remember').join(' ')
      const script = `TOKN_PRIVATE_KEY_FILE=<(cat ${file('key', pem)}) exec tokn ${words}`
      const ended = await startCommand(['bash', '-c', script], { home }).ended
      expect(ended, ended.err).toMatchObject({ status: 0 })
      home.shiftClock(3_600_000)
      const { status, out, err } = await startCommand(['tokn', 'token', 'svc'], { home }).ended
      expect(status, err).toBe(0)
      expect(out).toMatch(/^[\x21-\x7e]{20,}\n$/)
    },
  )

  it.skipIf(!requirePart('mkfifo'))(
    'reads a key that has become a pipe once, for whoever refreshes',
    async () => {
      const path = file('key', pem)
      await expectLogin(login('private_key_jwt', '--private-key-file', path, '--remember'))
      home.shiftClock(3_600_000)
      const script = `rm key; mkfifo key; echo '${pem}' > key & sleep 0.1; exec tokn token svc`
      const { status, out, err } = await startCommand(['sh', '-c', script], { home }).ended
      expect(status, err).toBe(0)
      expect(out).toMatch(/^[\x21-\x7e]{20,}\n$/)
    },
  )

  it('logs in again by itself when the secret is kept, and says what to run when it is not', async () => {
    const path = file('secret', clientSecret)
    const words = login('client_secret_post', '--client-secret-file', path)
    expect((await run([...words, '--remember'], { home })).status).toBe(0)
    const before = await run(['token', 'svc'], { home })
    home.shiftClock(3_600_000)
    const after = await startCommand(['tokn', 'token', 'svc'], { home }).ended
    expect(after.status, after.err).toBe(0)
    expect(after.out).not.toBe(before.out)

    expect((await run([...words, '--no-remember'], { home })).status).toBe(0)
    const { status, out, err } = await startCommand(['tokn', 'token', 'svc'], { home }).ended
    expect({ status, out }).toEqual({ status: 4, out: '' })
    expect(err).toContain('tokn: hint: tokn login svc\n')
  })

  it('issues a narrower token, and ends the session, with the secret given anew', async () => {
    const env = { TOKN_CLIENT_SECRET: clientSecret }
    const words = login('client_secret_post', '--scope', 'write')
    expect((await run(words, { home, env })).status).toBe(0)
    const issued = await run(['issue', 'svc', '--scope', 'write', '--json'], { home, env })
    expect(issued.status, issued.err).toBe(0)
    expect(JSON.parse(issued.out)).toMatchObject({ scopes: ['write'], shown_once: true })
    const without = await run(['issue', 'svc', '--scope', 'write'], { home })
    expect(without).toMatchObject({ status: 4, out: '' })
    expect(without.err).toContain('TOKN_CLIENT_SECRET_FILE')
    const held = await run(['token', 'svc'], { home })
    const ended = await run(['logout', 'svc', '--json'], { home, env })
    expect(JSON.parse(ended.out).results[0]).toMatchObject({ revoked: true, alive: null })
    const client = { client_id: 'client_secret_post', client_secret: clientSecret }
    const body = new URLSearchParams({ ...client, token: held.out.trim() })
    const asked = await fetch(`${server.issuer}/token/introspection`, { method: 'POST', body })
    expect(await asked.json()).toEqual({ active: false })
  })

  it('says what is wrong, and never the secret', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const wrong = other.export({ type: 'pkcs8', format: 'pem' }).toString()
    const none = file('none', 'this is no key')
    const cases = [
      [login('client_secret_post'), { TOKN_CLIENT_SECRET: 'a-wrong-secret' }, 4],
      [login('private_key_jwt'), { TOKN_PRIVATE_KEY: wrong }, 4],
      [login('private_key_jwt', '--private-key-file', none), {}, 2],
      [login('client_secret_post', '--set', 'client_secret=x'), {}, 2],
      [login('client_secret_post', '--client-auth', 'magic'), {}, 2],
      [login('client_secret_post', '--expires-in', '1h'), {}, 2],
    ] as const
    for (const [words, env, expected] of cases) {
      const { status, out, err } = await run(words, { home, env })
      expect({ status, out }, err).toEqual({ status: expected, out: '' })
      expect(err).not.toMatch(/a-wrong-secret|this is no key|PRIVATE KEY-----/)
    }
    expect(await run(['token', 'svc'], { home })).toMatchObject({ status: 3 })
  })
})
