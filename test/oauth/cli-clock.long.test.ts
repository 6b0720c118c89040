import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { startCommand } from '../support/run.ts'
import { clientKey, clientSecret, startOidc, type OidcServer } from './oidc-server.ts'

const key = clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const hour = 3_600

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

async function tokn(...words: readonly string[]) {
  const env = { TOKN_CLIENT_SECRET: clientSecret }
  return await startCommand(['tokn', ...words], { home, env }).ended
}

async function withoutSecret(...words: readonly string[]) {
  return await startCommand(['tokn', ...words], { home }).ended
}

function file(name: string, content: string): string {
  const path = join(home.work, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

function login(client: string, ...flags: readonly string[]): readonly string[] {
  const who = ['--issuer', server.issuer, '--client-id', client, '--flow', 'client']
  return ['login', 'svc', ...who, '--scope', 'read', ...flags]
}

const ways = {
  private_key_jwt: () => ['--private-key-file', file('key', key)],
  client_secret_jwt: () => ['--client-auth', 'client_secret_jwt'],
  client_secret_post: () => ['--client-auth', 'client_secret_post', '--set', 'dpop=true'],
}

describe.each(Object.entries(ways))('%s, by a machine whose clock', (client, flags) => {
  it.each([45, -45, 90, -90, 2 * 24 * hour, -2 * 24 * hour])('is %d s ahead', async (ahead) => {
    home.shiftClock(ahead * 1_000)
    const ended = await tokn(...login(client, ...flags()))
    expect(ended, ended.err).toMatchObject({ status: 0 })
    expect(ended.err).toMatch(
      /^logged in as "svc", expires in 9m .*; kept in the file store\nnext: tokn token svc\n$/,
    )
    expect((await tokn('token', 'svc')).status).toBe(0)
  })
})

describe('a token that nothing can renew', () => {
  it('serves though its moment is still to come, and says why it was not renewed', async () => {
    home.shiftClock(hour * 1_000)
    const ended = await tokn(...login('client_secret_post', '--no-remember'))
    expect(ended, ended.err).toMatchObject({ status: 0 })
    const before = await tokn('token', 'svc')
    home.shiftClock(0)
    const { status, out, err } = await withoutSecret('token', 'svc')
    expect({ status, out }, err).toEqual({ status: 0, out: before.out })
    expect(err).toContain('; using the current token, which has not expired')
    const never = await tokn('token', 'svc', '--refresh', 'never')
    expect(never).toMatchObject({ status: 10, out: '' })
    expect(never.err).toContain('which is in the future: the clock was changed since')
  })
})
