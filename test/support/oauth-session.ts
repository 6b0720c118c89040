import { startOidc, type OidcServer } from '../oauth/oidc-server.ts'
import { logInAs } from '../oauth/user-agent.ts'
import type { Home } from './home.ts'
import { openTerminal } from './terminal.ts'

/** A token server that rotates refresh tokens, as seen by the servers that take its tokens. */
export interface TokenServer extends OidcServer {
  /** Whether a token works, by its own word (RFC 7662). */
  accepts(token: string): Promise<boolean>
  /** Revokes a token (RFC 7009): this server then ends all that was granted with it. */
  revoke(token: string): Promise<void>
  /** Refresh tokens that were used. */
  refreshes(): number
}

export async function startTokenServer(): Promise<TokenServer> {
  const server = await startOidc()
  const post = async (path: string, token: string) =>
    await fetch(`${server.issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ token, client_id: 'native' }),
    })
  return {
    ...server,
    accepts: async (token) => {
      const said = (await (await post('/token/introspection', token)).json()) as { active: boolean }
      return said.active
    },
    revoke: async (token) => {
      const { status } = await post('/token/revocation', token)
      if (status !== 200) throw new Error(`the revocation ended with status ${status}`)
    },
    refreshes: () => server.events.filter((event) => event === 'refresh_token.consumed').length,
  }
}

/** Has the user of `home` log in as `profile`, whose token may be sent to `origins` as well. */
export async function logInWithTokens(
  home: Home,
  { issuer }: TokenServer,
  profile: string,
  origins: readonly string[],
): Promise<void> {
  const words = ['login', profile, '--issuer', issuer, '--client-id', 'native', '--no-browser']
  const terminal = openTerminal([...words, ...origins.flatMap((one) => ['--api-url', one])], home)
  await logInAs('alice', (await terminal.until(/^(http:\S+)$/m))[1] ?? '')
  const { status, err } = await terminal.ended
  if (status !== 0) throw new Error(err)
}
