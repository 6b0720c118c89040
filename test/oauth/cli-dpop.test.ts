import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startProtectedApi, type ProtectedApi } from './cli-verifier.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'

const there = [hasTerminal(), requirePart('curl')].every(Boolean)

describe.skipIf(!there)('tokens that are bound to a key', () => {
  let server: OidcServer
  let api: ProtectedApi
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
    api = await startProtectedApi()
    home = makeHome()
    const client = ['--issuer', server.issuer, '--client-id', 'native', '--dpop']
    const place = ['--api-url', api.origin, '--no-browser']
    const terminal = openTerminal(['login', 'work', ...client, ...place], home)
    await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
  })
  afterAll(async () => {
    await server?.stop()
    await api?.stop()
    home?.remove()
  })

  for (const [name, args] of [
    ['GET', []],
    ['GET with a query', ['?page=2&q=a%20b']],
    ['POST', ['-d', 'x=1']],
    ['DELETE', ['-X', 'DELETE']],
    ['HEAD', ['--head']],
  ] as const) {
    it(`go with a proof for ${name}`, async () => {
      const query = args.find((arg) => arg.startsWith('?')) ?? ''
      const others = args.filter((arg) => !arg.startsWith('?'))
      const words = ['curl', 'work', '--', '-sS', '-f', ...others, `${api.origin}/things${query}`]
      const { status, out, err } = await run(words, { home })
      expect({ status, err, complaints: api.complaints }).toEqual({
        status: 0,
        err: '',
        complaints: [],
      })
      if (name !== 'HEAD') expect(out).toBe('{"seen":true}\n')
    })
  }

  it('are taken by the userinfo endpoint of the server', async () => {
    const words = ['curl', 'work', '--', '-sS', '-f', `${server.issuer}/me`]
    const { status, out, err } = await run(words, { home })
    expect(status, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ sub: 'alice' })
  })

  it('are refreshed with the same key, which rests with the secrets', async () => {
    const refreshed = await run(['refresh', 'work'], { home })
    expect(refreshed.status, refreshed.err).toBe(0)
    const { status } = await run(['curl', 'work', '--', '-sSf', `${api.origin}/again`], { home })
    expect(status).toBe(0)
    expect(api.keys.size).toBe(1)
    expect(findTexts(home.path, ['"crv"', 'dpop_key'])).toEqual([])
  })

  it('are worth nothing to who has no proof', async () => {
    const { out } = await run(['token', 'work'], { home })
    for (const scheme of ['Bearer', 'DPoP']) {
      const headers = { authorization: `${scheme} ${out.trim()}` }
      expect((await fetch(`${api.origin}/stolen`, { headers })).status).toBe(401)
    }
  })

  it('are not sent where a proof cannot go along', async () => {
    const two = ['curl', 'work', '--', '-sS', `${api.origin}/1`, `${api.origin}/2`]
    const { status, out, err } = await run(two, { home })
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toContain('one request at a time')
    const elsewhere = await run(['curl', 'work', '--', 'https://example.com/'], { home })
    expect(elsewhere).toMatchObject({ status: 2, out: '' })
    const header = await run(['header', 'work'], { home })
    expect(header).toMatchObject({ status: 2, out: '' })
    expect(header.err).toContain('tokn: hint: tokn curl work -- URL\n')
    const token = await run(['token', 'work', '--json', '--fields', 'token_type'], { home })
    expect(JSON.parse(token.out)).toMatchObject({ token_type: 'DPoP' })
  })
})
