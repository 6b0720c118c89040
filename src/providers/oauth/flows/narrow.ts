import { ToknError } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import { quoteForeign } from '../../../core/secret.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { warn } from '../../replies/warnings.ts'
import { connect, type ConfiguredServer } from '../server/connect.ts'
import { flowOf } from '../settings/flow.ts'
import { splitList } from '../settings/in-force.ts'
import { checkGrant } from './grant-parameters.ts'
import { scopesOfFlags } from '../settings/scope-words.ts'
import { requestTokens } from './request-tokens.ts'

/** Most scopes that a warning names. */
const mostNamed = 10

/**
 * A token for fewer scopes, by the refresh token (RFC 6749 section 6). What the reply has for a refresh
 * token is the session's next one.
 */
export async function narrowTokens(
  configured: ConfiguredServer,
  reach: Reach,
  held: TokenSet,
  grant: Grant,
): Promise<TokenSet> {
  const { refresh, context } = held
  const { title } = configured
  if (refresh === undefined) {
    throw new ToknError('reauth_required', words.oauth.noRefreshToken(title))
  }
  const connection = await connect(configured, reach, context)
  const { openid, config, dpop, settings } = connection
  const asked = scopesOfFlags(grant.scopes ?? [], settings)
  const parameters = new URLSearchParams(asked.length === 0 ? {} : { scope: asked.join(' ') })
  const resources = grant.resource ?? splitList(context['resource'])
  for (const one of resources) parameters.append('resource', one)
  checkGrant({ scopes: asked, resource: resources })
  const tokens = await requestTokens(
    connection,
    () =>
      openid.refreshTokenGrant(config, refresh.reveal(), parameters, dpop && { DPoP: dpop.handle }),
    { request: 'refresh', flow: flowOf(context), parameters, held },
  )
  const more = asked.length === 0 ? [] : (tokens.scopes ?? []).filter((one) => !asked.includes(one))
  if (more.length > 0) {
    const shown = more.slice(0, mostNamed).map((one) => quoteForeign(one, 60))
    warn(reach, words.oauthParameters.widerThanAsked(title, shown.join(', ')))
  }
  if (tokens.access.equals(held.access)) warn(reach, words.oauthParameters.sameToken(title))
  return tokens
}

/**
 * The error by which an issue is done with the refresh token instead, where that can give what is asked
 * for; else why it cannot.
 */
export function byRefresh(title: string, { scopes, resource, audience }: Grant): ToknError {
  if (audience !== undefined) {
    return new ToknError('unsupported', words.oauthParameters.noAudienceByRefresh(title))
  }
  if ((scopes ?? []).length === 0 && (resource ?? []).length === 0) {
    return new ToknError('unsupported', words.oauthParameters.nothingToNarrow(title))
  }
  return new ToknError('unsupported', words.oauth.noTokenExchange(title), { fault: 'by-refresh' })
}
