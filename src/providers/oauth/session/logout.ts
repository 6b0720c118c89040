import { isToknError, ToknError } from '../../../core/errors.ts'
import { readClaims } from '../../../core/jwt.ts'
import type { Reach } from '../../../core/provider.ts'
import type { Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { connect, type Connection, type ConfiguredServer } from '../server/connect.ts'
import { sendAsClient } from '../client/send-as-client.ts'
import { withOurErrors } from '../replies/library-errors.ts'

type TokenTypeHint = 'refresh_token' | 'access_token'

/**
 * Revokes the refresh token, then the access token (RFC 7009). Returns a sentence about what the
 * server did not revoke of the two. Throws `unsupported` for a server that cannot revoke, with the
 * page where the browser logs out, if it has one.
 */
export async function endSession(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
): Promise<string | undefined> {
  const connection = await connect(configured, reach, held.context)
  if (connection.server.revocation_endpoint === undefined) {
    throw withoutRevocation(connection, held)
  }
  const { refresh, access } = held
  if (refresh !== undefined) await revoke(connection, refresh, 'refresh_token')
  const ended = await revoke(connection, access, 'access_token', refresh !== undefined)
  return ended ? undefined : words.oauth.accessNotRevoked(configured.title)
}

function withoutRevocation({ server, settings, title }: Connection, held: TokenSet): ToknError {
  const endpoint = server.end_session_endpoint
  if (endpoint === undefined) return new ToknError('unsupported', words.oauth.noRevocation(title))
  return new ToknError('unsupported', words.oauthParameters.endsInBrowser(title), {
    page: logoutPage(endpoint, settings, held),
  })
}

/**
 * OpenID Connect RP-Initiated Logout 1.0, section 2. The ID token would be a secret in an address that
 * browsers, histories and lists of processes show: without it the page asks who logs out.
 */
function logoutPage(
  endpoint: string,
  settings: Connection['settings'],
  { context }: TokenSet,
): string {
  const url = new URL(endpoint)
  const claims = readClaims(context['id_token'] ?? '')
  const hint = claims?.['login_hint'] ?? claims?.['sid']
  url.searchParams.set('client_id', settings['client_id'] ?? context['client_id'] ?? '')
  if (typeof hint === 'string' && hint.length <= 256) url.searchParams.set('logout_hint', hint)
  return url.href
}

/** Whether it was revoked; with `mayBeSpared` it is no failure that the server cannot do that. */
async function revoke(
  connection: Connection,
  token: Secret,
  kind: TokenTypeHint,
  mayBeSpared = false,
): Promise<boolean> {
  const { openid, config } = connection
  try {
    await withOurErrors('revocation', () =>
      sendAsClient(connection, 'revocation', () =>
        openid.tokenRevocation(config, token.reveal(), { token_type_hint: kind }),
      ),
    )
    return true
  } catch (error) {
    // RFC 7009 section 2.2.1: a server may revoke refresh tokens only.
    if (mayBeSpared && isToknError(error, 'unsupported')) return false
    if (!isToknError(error, 'reauth_required')) throw error
    // The client was refused: that says nothing of the token, which may well be alive.
    throw new ToknError('provider_refused', error.message, error.details)
  }
}
