import { isToknError, ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import { connect, type Connection, type Site } from './connect.ts'
import { introspect } from './info.ts'
import { inTime } from './timely.ts'
import { asking } from './translate.ts'

type Kind = 'refresh_token' | 'access_token'

/**
 * Revokes the refresh token, then the access token (RFC 7009), and asks whether they are dead where
 * the server can say so. Throws `unsupported` for a server that cannot revoke, `partial` when it
 * says that a token lives on.
 */
export async function endSession(site: Site, reach: Reach, held: TokenSet): Promise<void> {
  const connection = await connect(site, reach, held.context)
  if (connection.server.revocation_endpoint === undefined) {
    throw new ToknError('unsupported', `${site.title} has no endpoint to revoke tokens`, {
      hint: 'end the session in its account settings; tokn logout --local-only erases it here',
    })
  }
  const { refresh, access } = held
  if (refresh !== undefined) await revoke(connection, refresh, 'refresh_token')
  await revoke(connection, access, 'access_token', refresh !== undefined)
  if (refresh !== undefined) await prove(connection, refresh, 'refresh_token')
  await prove(connection, access, 'access_token')
}

async function revoke(
  { openid, config, wire }: Connection,
  token: Secret,
  kind: Kind,
  spared = false,
): Promise<void> {
  try {
    await asking('revocation', () =>
      inTime(wire.time, () =>
        openid.tokenRevocation(config, token.reveal(), { token_type_hint: kind }),
      ),
    )
  } catch (error) {
    // RFC 7009 section 2.2.1: a server may revoke refresh tokens only.
    if (spared && isToknError(error, 'unsupported')) return
    if (!isToknError(error, 'reauth_required')) throw error
    // It is the client that was refused: that says nothing of the token, which may well be alive.
    throw new ToknError('provider_refused', error.message, error.details)
  }
}

async function prove(connection: Connection, token: Secret, kind: Kind): Promise<void> {
  const said = await introspect(connection, token, kind)
  if (said?.active !== true) return
  const name = kind.replace('_', ' ')
  throw new ToknError('partial', `the server revoked the ${name}, but still calls it active`, {
    hint: kind === 'access_token' ? 'it dies when its time is up' : undefined,
  })
}
