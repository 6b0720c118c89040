import { isToknError, ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { connect, type Connection, type ConfiguredServer } from './connect.ts'
import { retryWithServerTime } from './clock-skew.ts'
import { withOurErrors } from './library-errors.ts'

type TokenTypeHint = 'refresh_token' | 'access_token'

/**
 * Revokes the refresh token, then the access token (RFC 7009). Returns a sentence about what the
 * server did not revoke of the two. Throws `unsupported` for a server that cannot revoke.
 */
export async function endSession(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
): Promise<string | undefined> {
  const connection = await connect(configured, reach, held.context)
  if (connection.server.revocation_endpoint === undefined) {
    throw new ToknError('unsupported', words.oauth.noRevocation(configured.title))
  }
  const { refresh, access } = held
  if (refresh !== undefined) await revoke(connection, refresh, 'refresh_token')
  const ended = await revoke(connection, access, 'access_token', refresh !== undefined)
  return ended ? undefined : words.oauth.accessNotRevoked(configured.title)
}

/** Whether it was revoked; with `mayBeSpared` it is no failure that the server cannot do that. */
async function revoke(
  { openid, config, transport }: Connection,
  token: Secret,
  kind: TokenTypeHint,
  mayBeSpared = false,
): Promise<boolean> {
  try {
    await withOurErrors('revocation', () =>
      retryWithServerTime(transport.time, () =>
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
