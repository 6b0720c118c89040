import { describe, expect, it } from 'vitest'
import { recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { canVisit, visitServer } from './servers/visit.ts'

const name = '@cloudflare/workers-oauth-provider'
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** It revokes tokens where it makes them, guards a resource, and has whoever comes make a client. */
describe.skipIf(!canVisit(name))(`tokn at ${name}`, () => {
  const visit = visitServer('workers.mjs')
  const { tokn, countRefreshes } = visit

  const resource = () => `${visit.server.origin}/mcp`

  /** As a client that a person has registered at the server, before the first login. */
  async function asClient(): Promise<readonly string[]> {
    const { origin } = visit.server
    const registered = await fetch(`${origin}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', exchange],
      }),
    })
    const { client_id: client } = (await registered.json()) as { readonly client_id: string }
    return ['work', '--issuer', origin, '--client-id', client]
  }

  async function expectServed(): Promise<void> {
    const seen = await tokn(['curl', 'work', '--', '-sS', '-f', resource()])
    expect(seen).toEqual({ status: 0, out: '{"user":"alice"}', err: '' })
  }

  it('logs in with nothing but the address of the resource', async () => {
    await visit.expectLoginByPage(['work', '--resource', resource()])
    visit.newcomer.record(name, 'a resource alone')
    await expectServed()
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    await expectServed()
    const { out } = await tokn(['header', 'work', '-o', 'map'])
    const headers = JSON.parse(out) as Record<string, string>
    expect((await fetch(resource(), { headers })).status).toBe(200)
    expect(await tokn(['logout', 'work', '-q'])).toMatchObject({ status: 0, out: '' })
    expect((await fetch(resource(), { headers })).status).toBe(401)
  })

  it('is another client where the server has forgotten the one that it made', async () => {
    await visit.expectLoginByPage(['work', '--resource', resource()])
    await visit.server.restart()
    visit.newcomer.home.shiftClock(24 * 3_600_000)
    const { status, out, err } = await tokn(['token', 'work'])
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('tokn: hint: tokn login work')
    visit.newcomer.home.shiftClock(0)
    await visit.expectLoginByPage(['work'], async (terminal) => {
      await terminal.until(/Revoke it\?/)
      terminal.type('n')
    })
    await expectServed()
  })

  it('logs in by a code; twenty processes refresh once, and the resource takes what they get', async () => {
    await visit.expectLoginByPage(await asClient())
    visit.newcomer.record(name, 'code + PKCE')
    await expectServed()
    const before = await countRefreshes()
    expect(await expectOneRefresh(visit.newcomer.home)).toBe(1)
    recordRefreshes(name, (await countRefreshes()) - before)
    // That the session can be refreshed once more is the proof that it was not ended.
    expect(await tokn(['refresh', 'work', '-q'])).toEqual({ status: 0, out: '', err: '' })
    await expectServed()
    const token = (await tokn(['token', 'work'])).out.trim()
    const { out } = await tokn(['logout', 'work', '--json'])
    expect(JSON.parse(out).results[0]).toMatchObject({ revoked: true, erased: true })
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(resource(), { headers })).status).toBe(401)
  })

  it('trades in the token of somebody', async () => {
    const words = await asClient()
    await visit.expectLoginByPage(words)
    const subject = (await tokn(['token', 'work'])).out.trim()
    visit.renew()
    await visit.expectLogin([...words, '--flow', 'exchange'], {
      env: { TOKN_SUBJECT_TOKEN: subject },
    })
    visit.newcomer.record(name, 'token exchange')
    await expectServed()
    expect((await tokn(['token', 'work'])).out.trim()).not.toBe(subject)
  })

  it('goes on with a good token while the server is stopped', async () => {
    await visit.expectLoginByPage(await asClient())
    const before = (await tokn(['token', 'work'])).out
    await visit.server.stop()
    expect((await tokn(['token', 'work'])).out).toBe(before)
    expect(await tokn(['refresh', 'work'])).toMatchObject({ status: 7, out: '' })
    expect((await tokn(['token', 'work'])).out).toBe(before)
    await visit.server.restart()
    // The server has forgotten everything, the client as well.
    const { status, out, err } = await tokn(['refresh', 'work'])
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain('invalid_client')
  })
})
