import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgent, withRuntime, type TestAgent } from '../support/agent.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, type Ended } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { startProtectedApi, type ProtectedApi } from './cli-verifier.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { logInAs } from './user-agent.ts'

const there = [hasTerminal(), requirePart('curl')].every(Boolean)

describe.skipIf(!there)('a session of OpenID Connect, bound to a key, through an agent', () => {
  let server: OidcServer
  let api: ProtectedApi
  let home: Home
  let agent: TestAgent
  beforeAll(async () => {
    server = await startOidc()
    api = await startProtectedApi()
    home = makeHome()
    const client = ['--issuer', server.issuer, '--client-id', 'native', '--dpop']
    const place = ['--api-url', api.origin, '--no-browser', '--scope', 'openid']
    const terminal = openTerminal(['login', 'work', ...client, ...place], home)
    await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    agent = await startAgent(home)
  })
  afterAll(async () => {
    agent?.kill('SIGTERM')
    await agent?.ended
    await server?.stop()
    await api?.stop()
    home?.remove()
  })

  const without = async (words: readonly string[]): Promise<Ended> => await run(words, { home })
  const through = async (words: readonly string[]): Promise<Ended> =>
    await run(words, { home, env: { ...withRuntime(home), TOKN_STORE_KEY: undefined } })
  const inside = async (words: readonly string[]): Promise<Ended> =>
    await run(['exec', 'work', '--', 'env', '-u', 'TOKN_STORE_KEY', 'tokn', ...words], { home })

  for (const words of [
    ['token', 'work'],
    ['token', 'work', '--id-token'],
    ['token', 'work', '--id-token', '--fields', 'id_token,token,generation'],
    ['header', 'work'],
    ['header', 'work', '-o', 'map'],
  ]) {
    it(`says the same: tokn ${words.join(' ')}`, async () => {
      const expected = await without(words)
      expect(await through(words)).toEqual(expected)
      expect(await inside(words)).toEqual(expected)
    })
  }

  it('makes a proof for each request', async () => {
    const words = ['curl', 'work', '--', '-sS', '-f', `${api.origin}/things`]
    for (const ended of [await without(words), await through(words), await inside(words)]) {
      expect(ended).toEqual({ status: 0, out: '{"seen":true}\n', err: '' })
    }
    expect(api.complaints).toEqual([])
  })

  it('hands out nothing that renews it', async () => {
    const { body } = await agent.ask('/session/work')
    const { record } = JSON.parse(body) as { record: Record<string, unknown> }
    expect(record['refresh'] ?? '').toBe('')
    expect(await agent.ask('/header/work')).toMatchObject({ status: 409, body: '' })
  })
})
