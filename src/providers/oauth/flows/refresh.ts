import { isToknError, ToknError } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { connect, type Connection, type ConfiguredServer } from '../server/connect.ts'
import { byRefresh } from './narrow.ts'
import { requestTokens } from './request-tokens.ts'
import { flowOf } from '../settings/flow.ts'
import { splitList } from '../settings/in-force.ts'
import { exchangeToken, request } from './unattended-flows.ts'
import { requested } from './grant-parameters.ts'
import { extensionGrants } from '../settings/extension-grants.ts'

/**
 * RFC 6749 section 6. Whether the old refresh token lives on is the server's secret; the reply's
 * new one replaces it, and where there is none the old one is kept.
 */
export async function refreshTokens(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
): Promise<TokenSet> {
  const { refresh, context } = held
  if (refresh === undefined) {
    throw new ToknError('reauth_required', words.oauth.noRefreshToken(configured.title))
  }
  const connection = await connect(configured, reach, context)
  const { openid, config, dpop } = connection
  const parameters = new URLSearchParams()
  for (const one of splitList(context['resource'])) parameters.append('resource', one)
  return await requestTokens(
    connection,
    () =>
      openid.refreshTokenGrant(config, refresh.reveal(), parameters, dpop && { DPoP: dpop.handle }),
    { request: 'refresh', flow: flowOf(context), parameters, held },
  )
}

/**
 * A further token: by token exchange (RFC 8693) with the held one as its subject, or, for a session
 * of the client itself, by another request for fewer scopes. Throws `unsupported` where the
 * server offers neither; with the fault `by-refresh` where the refresh token can give it.
 */
export async function issueToken(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
  grant: Grant,
): Promise<TokenSet> {
  const connection = await connect(configured, reach, held.context)
  const { settings, server } = connection
  const offered = server.grant_types_supported ?? []
  const named = settings['issue_grant']
  const asClient = named === 'client' || (named === undefined && flowOf(held.context) === 'client')
  if (asClient) {
    const parameters = requested(connection, grant)
    return await request(connection, 'client', 'client_credentials', parameters).catch(
      (error: unknown) => {
        throw explainLackOfProof(connection, error)
      },
    )
  }
  const offersExchange = offered.includes(extensionGrants.exchange)
  if (named === 'exchange' || (named === undefined && offersExchange)) {
    const subject = { token: held.access, type: 'access_token' }
    return await exchangeToken(connection, grant, subject)
  }
  if (held.refresh !== undefined) throw byRefresh(configured.title, grant)
  throw new ToknError('unsupported', words.oauth.noTokenExchange(configured.title))
}

/** The session keeps no client secret unless asked to: that is why the request was refused. */
function explainLackOfProof({ secret, settings }: Connection, error: unknown): unknown {
  if (!isToknError(error, 'reauth_required') || settings['client_auth'] === 'none') return error
  if (secret('client_secret') !== undefined || secret('private_key') !== undefined) return error
  return new ToknError(error.code, error.message, {
    ...error.details,
    hint: words.oauth.noKeptProof().hint,
  })
}
