import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { clientSecret, password } from './servers/npm-server.ts'
import { canVisit, visitServer } from './servers/visit.ts'

const name = '@jmondi/oauth2-server'

/** Its tokens are JWTs; it calls a spent refresh token an invalid request. */
describe.skipIf(!canVisit(name))(`tokn at ${name}`, () => {
  const visit = visitServer('jmondi.mjs')
  const { tokn, expectLogin, countRefreshes } = visit

  const at = (client: string, ...flags: readonly string[]) => [
    ...['work', '--issuer', visit.server.origin, '--client-id', client, ...flags],
  ]
  const asPassword = () => at('svc', '--flow', 'password', '--username', 'alice')
  const secrets = { TOKN_CLIENT_SECRET: clientSecret, TOKN_PASSWORD: password }

  async function inform(env = {}): Promise<Record<string, unknown>> {
    const { status, out, err } = await tokn(['info', 'work', '--json'], env)
    expect(status, err).toBe(0)
    return JSON.parse(out) as Record<string, unknown>
  }

  it('logs in by a code; twenty processes refresh once, and the session lives on', async () => {
    await visit.expectLoginByPage(at('native'))
    visit.newcomer.record(name, 'code + PKCE')
    const before = await countRefreshes()
    expect(await expectOneRefresh(visit.newcomer.home)).toBe(1)
    recordRefreshes(name, (await countRefreshes()) - before)
    // That the session can be refreshed once more is the proof that it was not ended.
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
  })

  it('logs in as a client whose secret holds what servers disagree about', async () => {
    const path = join(visit.newcomer.home.work, 'secret')
    writeFileSync(path, `${clientSecret}\n`)
    const flags = ['--flow', 'client', '--client-secret-file', path, '--scope', 'read']
    await expectLogin(at('svc', ...flags))
    visit.newcomer.record(name, 'client secret')
    const env = { TOKN_CLIENT_SECRET: clientSecret }
    const told = await inform(env)
    expect(told).toMatchObject({ active: true, remote_checked: true, scopes: ['read'] })
    // Nothing was kept: the secret of each process renews the session, once for all of them.
    const before = (await visit.server.asked()).length
    expect(await expectOneRefresh(visit.newcomer.home, env)).toBe(1)
    const { length } = await visit.server.asked()
    expect(length - before).toBe(1)
  })

  it('logs in with a password, tells of the session, and has it proven dead', async () => {
    await expectLogin(asPassword(), { env: secrets })
    visit.newcomer.record(name, 'password')
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    expect(await inform()).toMatchObject({ active: true, user_id: 'alice' })
    const token = (await tokn(['token', 'work'])).out.trim()
    const { out } = await tokn(['logout', 'work', '--json'])
    expect(JSON.parse(out).results[0]).toMatchObject({ revoked: true, erased: true })
    const basic = Buffer.from(`svc:${clientSecret}`).toString('base64')
    const asked = await fetch(`${visit.server.origin}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ token }),
    })
    expect(await asked.json()).toEqual({ active: false })
  })

  it('trades in the token of somebody', async () => {
    await expectLogin(asPassword(), { env: secrets })
    const subject = (await tokn(['token', 'work'])).out.trim()
    visit.renew()
    const env = { TOKN_CLIENT_SECRET: clientSecret, TOKN_SUBJECT_TOKEN: subject }
    await expectLogin(at('svc', '--flow', 'exchange'), { env })
    visit.newcomer.record(name, 'token exchange')
    expect(await inform(env)).toMatchObject({ active: true, user_id: 'alice' })
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
      expect({ status, out }, err).toEqual({ status: 4, out: '' })
      expect(err).toContain('tokn: hint: tokn login work')
    }
    expect(await countRefreshes()).toBe(1)
  })

  it('goes on with a good token while the server is stopped', async () => {
    await expectLogin(asPassword(), { env: secrets })
    const before = (await tokn(['token', 'work'])).out
    await visit.server.stop()
    expect((await tokn(['token', 'work'])).out).toBe(before)
    expect(await tokn(['refresh', 'work'])).toMatchObject({ status: 7, out: '' })
    expect(await tokn(['login', ...asPassword()], secrets)).toMatchObject({ status: 7, out: '' })
    expect((await tokn(['token', 'work'])).out).toBe(before)
    await visit.server.restart()
  })
})
