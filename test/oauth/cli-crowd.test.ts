import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, startCommand } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { clientSecret, hasGlewlwyd, startGlewlwyd, type Glewlwyd } from './glewlwyd-server.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { recordRefreshes } from './servers/attempts.ts'
import { expectOneRefresh } from './servers/crowd.ts'
import { logInAs } from './user-agent.ts'

/** Both servers end a session whose refresh token is used twice: one refresh too many is seen. */
describe('twenty processes that find a session expired', () => {
  let home: Home
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  /** That the session can be refreshed once more is the proof that it was not ended. */
  async function countRefreshes(): Promise<number> {
    const refreshes = await expectOneRefresh(home)
    const again = await startCommand(['tokn', 'refresh', 'work', '-q'], { home }).ended
    expect(again).toEqual({ status: 0, out: '', err: '' })
    return refreshes
  }

  describe.skipIf(!hasTerminal())('at oidc-provider', () => {
    let server: OidcServer
    beforeAll(async () => {
      server = await startOidc()
    })
    afterAll(async () => server.stop())

    it('make one refresh, and the session survives', async () => {
      const login = ['login', 'work', '--issuer', server.issuer, '--client-id', 'native']
      const terminal = openTerminal([...login, '--no-browser'], home)
      await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
      expect((await terminal.ended).status).toBe(0)
      await countRefreshes()
      const spent = server.events.filter((event) => event === 'refresh_token.consumed')
      expect(spent).toHaveLength(2)
      expect(server.events).not.toContain('grant.revoked')
      recordRefreshes('oidc-provider', spent.length - 1)
    }, 120_000)
  })

  describe.skipIf(!hasGlewlwyd())('at glewlwyd', () => {
    let server: Glewlwyd
    beforeAll(async () => {
      server = await startGlewlwyd()
    })
    afterAll(async () => server?.stop())

    it('make one refresh, and the session survives', async () => {
      const login = ['login', 'work', '--issuer', server.issuer, '--client-id', 'confidential']
      const flow = ['--flow', 'password', '--username', 'alice', '--scope', 'api']
      const env = { TOKN_PASSWORD: 'correct horse', TOKN_CLIENT_SECRET: clientSecret }
      const words = [...login, ...flow, '--client-auth', 'client_secret_post']
      const { status, err } = await run(words, { home, env })
      expect(status, err).toBe(0)
      recordRefreshes('glewlwyd', await countRefreshes())
    }, 120_000)
  })
})
