import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAgent, withRuntime } from '../support/agent.ts'
import { makeHome, program, type Environment, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { discoveryPath, metadata, startFake, type FakeServer } from '../unit/oauth/fake-server.ts'

const secret = { TOKN_CLIENT_SECRET: 'client-canary' }

describe('a session that needs no person, renewed by what is given outside of the store', () => {
  let fake: FakeServer
  let home: Home
  let made = 0
  let life = 1
  beforeEach(async () => {
    home = makeHome()
    made = 0
    life = 1
    fake = await startFake({
      [discoveryPath]: metadata({ token_endpoint_auth_methods_supported: ['client_secret_post'] }),
      '/token': ({ form }) =>
        form.has('client_secret') && form.get('client_secret') !== 'client-canary'
          ? { status: 401, body: { error: 'invalid_client' } }
          : { body: { access_token: `access-${++made}`, expires_in: life } },
    })
  })
  afterEach(async () => {
    home.remove()
    await fake.stop()
  })

  const to = () => ['login', 'svc', '--issuer', fake.origin, '--client-id', 'app']
  const login = async (words: readonly string[], env: Environment = secret) => {
    const ended = await run([...to(), ...words], { home, env })
    expect(ended, ended.err).toMatchObject({ status: 0, out: '' })
  }
  const token = async (env: Environment = {}) => await run(['token', 'svc'], { home, env })
  const end = async () => await new Promise((resolve) => setTimeout(resolve, 1_000 * life + 200))
  const logins = () => fake.seen.filter(({ url }) => url === '/token').length
  const document = async (command: string, env: Environment = {}) => {
    const words = command === 'info' ? ['info', 'svc', '--local', '--json'] : [command, '--json']
    return JSON.parse((await run(words, { home, env })).out) as Record<string, unknown>
  }

  it('is renewed by the client secret in its variable, once for twenty at once', async () => {
    await login(['--flow', 'client'])
    await end()
    life = 600
    const all = await Promise.all(Array.from({ length: 20 }, async () => await token(secret)))
    expect(all.map(({ status, out }) => ({ status, out }))).toEqual(
      all.map(() => ({ status: 0, out: 'access-2\n' })),
    )
    expect(logins()).toBe(2)
    const { refresh, credentials_kept, kept, renewed_by } = await document('info', secret)
    expect({ refresh, credentials_kept, kept, renewed_by }).toEqual({
      refresh: null,
      credentials_kept: false,
      kept: [],
      renewed_by: ['TOKN_CLIENT_SECRET'],
    })
  })

  it('says what renews it, by the environment that there is', async () => {
    await login(['--flow', 'client'])
    await end()
    const shown = async (env: Environment) => {
      const { profiles } = (await document('status', env)) as { profiles: object[] }
      return profiles[0]
    }
    expect(await shown(secret)).toMatchObject({
      state: 'alive',
      renewed_by: ['TOKN_CLIENT_SECRET'],
      credentials_kept: false,
      problem: null,
    })
    expect(await shown({})).toMatchObject({ state: 'expired', renewed_by: [] })
    const row = await run(['info', 'svc', '--local'], { home, env: secret })
    expect(row.out).toMatch(/renewed by +the client secret in TOKN_CLIENT_SECRET/)
    const none = await run(['info', 'svc', '--local'], { home })
    expect(none.out).toMatch(/renewed by +nothing: .*TOKN_CLIENT_SECRET_FILE/s)
    const without = await token()
    expect(without).toMatchObject({ status: 4, out: '' })
    expect(without.err).toContain('client secret (TOKN_CLIENT_SECRET or TOKN_CLIENT_SECRET_FILE)')
    const would = await run(['refresh', 'svc', '--dry-run'], { home, env: secret })
    expect(would).toMatchObject({ status: 0 })
    expect((await run(['refresh', 'svc', '--dry-run'], { home })).status).toBe(4)
    expect(logins()).toBe(1)
  })

  it('takes a file that a variable names, even one that can be read only once', async () => {
    const path = join(home.work, 'secret')
    writeFileSync(path, 'client-canary\n', { mode: 0o600 })
    await login(['--flow', 'client'], { TOKN_CLIENT_SECRET_FILE: path })
    expect(
      (await run(['refresh', 'svc'], { home, env: { TOKN_CLIENT_SECRET_FILE: path } })).status,
    ).toBe(0)
    const line =
      'TOKN_CLIENT_SECRET_FILE=/dev/fd/9 "$0" "$1" refresh svc 9< <(printf client-canary)'
    const words = ['bash', '-c', line, process.execPath, program]
    const piped = await startCommand(words, { home }).ended
    expect(piped, piped.err).toMatchObject({ status: 0 })
    expect(logins()).toBe(3)
  })

  it('is not renewed without the secret parameters that made it', async () => {
    const env = { ...secret, TOKN_SECRET_TOKEN_PARAMETERS: 'pin=1234' }
    await login(['--flow', 'client'], env)
    await end()
    const without = await token(secret)
    expect(without).toMatchObject({ status: 4, out: '' })
    expect(without.err).toContain(
      'TOKN_SECRET_TOKEN_PARAMETERS or TOKN_SECRET_TOKEN_PARAMETERS_FILE',
    )
    expect(await token({ ...env, TOKN_SECRET_TOKEN_PARAMETERS: 'pin=5' })).toMatchObject({
      status: 4,
    })
    expect(logins()).toBe(1)
    expect((await token(env)).out).toBe('access-2\n')
    expect(fake.seen.at(-1)?.form.get('pin')).toBe('1234')
  })

  it('names the secret parameters that it keeps beside a refresh token', async () => {
    fake.answers['/token'] = { body: { access_token: 'access', refresh_token: 'refresh' } }
    const env = { ...secret, TOKN_SECRET_TOKEN_PARAMETERS: 'pin=1234' }
    await login(['--flow', 'client'], env)
    const kept = ['refresh_token', 'client_secret', 'secret_token_parameters']
    expect(await document('info')).toMatchObject({ kept })
  })

  it('never sends the secret of another session', async () => {
    await login(['--flow', 'client'])
    await end()
    const other = await token({ TOKN_CLIENT_SECRET: 'of-another' })
    expect(other).toMatchObject({ status: 4, out: '' })
    expect(other.err).toContain('holds another client secret')
    expect(logins()).toBe(1)
    expect((await token(secret)).out).toBe('access-2\n')
  })

  it('asks a server that refuses it once in five minutes', async () => {
    await login(['--flow', 'client'])
    await end()
    fake.answers['/token'] = { status: 401, body: { error: 'invalid_client' } }
    const first = await token(secret)
    expect(first, first.err).toMatchObject({ status: 4, out: '' })
    const before = logins()
    const again = await token(secret)
    expect(again).toMatchObject({ status: 4, out: '' })
    expect(again.err).toContain('is not tried again before')
    expect(again.err).not.toContain('kept credentials')
    expect(logins()).toBe(before)
  })

  it('reads a private key where the profile says, with nothing in the environment', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const path = join(home.work, 'key.pem')
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    await login(['--flow', 'client', '--private-key-file', path], {})
    await end()
    life = 600
    expect((await token()).out).toBe('access-2\n')
    expect(await document('info')).toMatchObject({ renewed_by: [path], kept: [] })
    expect(await document('status')).toMatchObject({
      profiles: [{ state: 'alive', renewed_by: ['files'] }],
    })
  })

  it('is renewed by a subject token and an assertion of a variable, which are others each time', async () => {
    await login(['--flow', 'exchange'], { ...secret, TOKN_SUBJECT_TOKEN: 'subject-1' })
    await end()
    expect((await token({ TOKN_SUBJECT_TOKEN: 'subject-2' })).status).toBe(4)
    expect((await token({ ...secret, TOKN_SUBJECT_TOKEN: 'subject-2' })).out).toBe('access-2\n')
    expect(fake.seen.at(-1)?.form.get('subject_token')).toBe('subject-2')
    const jwt = ['--flow', 'jwt', '--client-auth', 'none']
    await login(jwt, { TOKN_ASSERTION: 'an.assertion.1' })
    const renewed = await run(['refresh', 'svc'], {
      home,
      env: { TOKN_ASSERTION: 'an.assertion.2' },
    })
    expect(renewed, renewed.err).toMatchObject({ status: 0 })
    expect(fake.seen.at(-1)?.form.get('assertion')).toBe('an.assertion.2')
  })

  it('is not renewed so where a person logged in, or a password made it', async () => {
    const words = ['--flow', 'password', '--username', 'alice', '--no-remember']
    await login(words, { ...secret, TOKN_PASSWORD: 'pass-canary' })
    await end()
    expect((await token({ ...secret, TOKN_PASSWORD: 'pass-canary' })).status).toBe(4)
    expect(logins()).toBe(1)
  })

  it('leaves no secret behind, and gives none to another process', async () => {
    await login(['--flow', 'client'])
    await run(['refresh', 'svc'], { home, env: secret })
    const found = await startCommand(['grep', '-r', 'client-canary', home.work, home.config], {
      home,
    }).ended
    expect(found.out).toBe('')
  })

  it('ends with a logout, whatever is in the environment', async () => {
    await login(['--flow', 'client'])
    fake.answers['/revoke'] = { status: 503 }
    await run(['logout', 'svc'], { home, env: secret })
    const before = logins()
    expect((await token(secret)).status).not.toBe(0)
    expect(logins()).toBe(before)
  })

  it('is renewed around an agent, whose environment is another one, and that is said', async () => {
    await login(['--flow', 'client'])
    const agent = await startAgent(home)
    try {
      await end()
      life = 600
      const around = withRuntime(home)
      const without = await token(around)
      expect(without).toMatchObject({ status: 4, out: '' })
      expect(without.err).toContain('its environment is another one')
      const given = await token({ ...around, ...secret })
      expect(given, given.err).toMatchObject({ status: 0, out: 'access-2\n' })
      expect(given.err.match(/TOKN_CLIENT_SECRET/g)).toHaveLength(1)
      // From then on the agent has it too: the store is the same.
      expect(await token(around)).toMatchObject({ status: 0, out: 'access-2\n' })
      expect(logins()).toBe(2)
    } finally {
      agent.kill('SIGTERM')
      await agent.ended
    }
  })
})
