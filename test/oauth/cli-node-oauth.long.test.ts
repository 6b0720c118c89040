import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { clientSecret, freePort, password } from './servers/npm-server.ts'
import { canVisit, visitServer } from './servers/visit.ts'

const name = '@node-oauth/oauth2-server'

/** It has no discovery, does not decode Basic, and compares redirect URIs letter by letter. */
describe.skipIf(!canVisit(name))(`tokn at ${name}`, () => {
  let redirectPort: number
  const visit = visitServer('node-oauth.mjs', async () => {
    redirectPort = await freePort()
    return { REDIRECT_URI: `http://127.0.0.1:${redirectPort}/callback` }
  })
  const { tokn, expectLogin, countRefreshes } = visit
  beforeEach(async () => visit.server.restart())

  const at = (client: string, ...flags: readonly string[]) => [
    ...[
      'work',
      '--token-endpoint',
      `${visit.server.origin}/token`,
      '--client-id',
      client,
      ...flags,
    ],
  ]
  const asPassword = () => at('svc', '--flow', 'password', '--username', 'alice')
  const secrets = { TOKN_CLIENT_SECRET: clientSecret, TOKN_PASSWORD: password }

  it('logs in by a code, and its tokens are what the API takes', async () => {
    const place = ['--redirect-port', String(redirectPort)]
    const page = ['--authorization-endpoint', `${visit.server.origin}/authorize`]
    await visit.expectLoginByPage(at('native', ...page, ...place))
    visit.newcomer.record(name, 'code + PKCE')
    const seen = await tokn(['curl', 'work', '--', '-sS', '-f', `${visit.server.origin}/me`])
    expect(seen).toEqual({ status: 0, out: '{"user":"alice"}', err: '' })
    expect(await expectOneRefresh(visit.newcomer.home)).toBe(1)
    recordRefreshes(name, await countRefreshes())
    // That the session can be refreshed once more is the proof that it was not ended.
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    const { out } = await tokn(['logout', 'work', '--json'])
    expect(JSON.parse(out).results[0]).toMatchObject({ revoked: false, erased: true })
  })

  it('logs in as a client whose secret holds what servers disagree about', async () => {
    const path = join(visit.newcomer.home.work, 'secret')
    writeFileSync(path, `${clientSecret}\n`)
    await expectLogin(at('svc', '--flow', 'client', '--client-secret-file', path))
    visit.newcomer.record(name, 'client secret')
    const { out } = await tokn(['info', 'work', '--json'])
    expect(JSON.parse(out)).toMatchObject({ remote_checked: false, scopes: ['read'] })
  })

  it('logs in with a password, and keeps each new refresh token', async () => {
    await expectLogin(asPassword(), { env: secrets })
    visit.newcomer.record(name, 'password')
    for (const _ of [1, 2]) {
      expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    }
    expect(await countRefreshes()).toBe(2)
  })

  it('says what is wrong, without the secrets', async () => {
    const wrong = { TOKN_CLIENT_SECRET: 'a-wrong-secret', TOKN_PASSWORD: 'a-wrong-password' }
    for (const [words, env, told] of [
      [at('svc', '--flow', 'client'), wrong, 'invalid_client'],
      [asPassword(), { ...secrets, TOKN_PASSWORD: 'a-wrong-password' }, 'invalid_grant'],
    ] as const) {
      const { status, out, err } = await tokn(['login', ...words], env)
      expect({ status, out }, err).toEqual({ status: 4, out: '' })
      expect(err).toContain(told)
      expect(err).not.toMatch(/a-wrong-|svc-secret/)
    }
  })

  it('says so where the server has lost its memory, and asks it once', async () => {
    await expectLogin(asPassword(), { env: secrets })
    await visit.server.restart()
    visit.newcomer.home.shiftClock(24 * 3_600_000)
    for (const _ of [1, 2]) {
      const { status, out, err } = await tokn(['token', 'work'])
      expect({ status, out }).toEqual({ status: 4, out: '' })
      expect(err).toContain('tokn: hint: tokn login work')
    }
    expect(await countRefreshes()).toBe(1)
  })

  it('goes on with a good token where the server has stopped, and with the session afterwards', async () => {
    await expectLogin(asPassword(), { env: secrets })
    const before = (await tokn(['token', 'work'])).out
    await visit.server.stop()
    expect((await tokn(['token', 'work'])).out).toBe(before)
    expect(await tokn(['refresh', 'work'])).toMatchObject({ status: 7, out: '' })
    const refused = await tokn(['login', ...asPassword()], secrets)
    expect(refused).toMatchObject({ status: 7, out: '' })
    expect((await tokn(['token', 'work'])).out).toBe(before)
  })
})
