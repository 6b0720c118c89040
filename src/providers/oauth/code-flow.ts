import { readDuration } from '../../core/duration.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Listener } from '../../core/callback.ts'
import type { Interaction } from '../../core/ports.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { authorizationUrl, prepareAuthorization, type Authorization } from './authorization.ts'
import type { Connection } from './connect.ts'
import { resourcesOf } from './grant-parameters.ts'
import { requestTokens } from './request-tokens.ts'
import { redirectOf } from './redirect-uri.ts'

/** Milliseconds that a person has to log in, unless the profile says otherwise. */
const usualTimeout = 5 * 60_000

/**
 * The authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636) through the browser and a
 * loopback listener (RFC 8252). Gives `undefined` when no browser could be opened, though one was
 * wanted, and there is another way. Throws `reauth_required` when nobody comes back, or access is denied.
 */
export async function logInByCode(
  connection: Connection,
  interaction: Interaction,
  grant: Grant,
  anotherWay: boolean,
): Promise<TokenSet | undefined> {
  let authorization: Authorization | undefined
  const listener = await interaction.listen({
    ...redirectOf(connection.settings),
    title: connection.title,
    timeout: readDuration(connection.settings['login_timeout'] ?? '') ?? usualTimeout,
    accepts: (callback) =>
      authorization !== undefined && isOurs(connection, authorization, callback),
  })
  try {
    authorization = await prepareAuthorization(connection, listener.redirectUri, grant)
    const url = await authorizationUrl(connection, authorization)
    const opened = await interaction.open(url.href)
    if (!opened && anotherWay && interaction.browserless !== true) return undefined
    interaction.tell(opened ? words.oauthLogin.browserOpened() : words.oauthLogin.goTo())
    interaction.tell(url.href)
    const callback = opened
      ? await listener.wait()
      : await waitOrPaste(connection, interaction, listener, authorization)
    return await redeem(connection, authorization, callback)
  } finally {
    await listener.close()
  }
}

async function redeem(
  connection: Connection,
  { parameters, state, nonce, verifier }: Authorization,
  callback: URL,
): Promise<TokenSet> {
  const { openid, config, dpop, issuer } = connection
  // Without an issuer there is nothing to compare it with.
  if (issuer === undefined) callback.searchParams.delete('iss')
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    ...(nonce === undefined ? {} : { expectedNonce: nonce }),
  }
  return await requestTokens(
    connection,
    () =>
      openid.authorizationCodeGrant(
        config,
        callback,
        checks,
        resourcesOf(parameters),
        dpop && { DPoP: dpop.handle },
      ),
    // An ID token says who logged in, but only of a known issuer.
    { request: 'token', flow: 'code', parameters, strict: issuer !== undefined },
  )
}

/** Whether a callback answers our request, and comes from our server (RFC 9207). */
function isOurs({ server, issuer }: Connection, { state }: Authorization, callback: URL): boolean {
  const { searchParams } = callback
  if (searchParams.getAll('state').length !== 1 || searchParams.get('state') !== state) return false
  if (issuer === undefined) return true
  const iss = searchParams.getAll('iss')
  if (iss.length === 0) return server.authorization_response_iss_parameter_supported !== true
  return iss.length === 1 && iss[0] === server.issuer
}

/**
 * The callback from the listener, or from the address that the user pastes: over SSH the browser
 * is on another machine and its callback cannot arrive here.
 */
async function waitOrPaste(
  connection: Connection,
  interaction: Interaction,
  listener: Listener,
  authorization: Authorization,
): Promise<URL> {
  const done = new AbortController()
  try {
    const arrived = listener.wait()
    const pasted = paste(connection, interaction, authorization, done.signal)
    const unlessNobodyCan = pasted.catch((error: unknown) => {
      // The browser may still come back; but whoever dismissed the question has given up.
      if (isToknError(error, 'reauth_required')) return arrived
      throw error
    })
    return await Promise.race([arrived, unlessNobodyCan])
  } finally {
    done.abort()
  }
}

async function paste(
  connection: Connection,
  interaction: Interaction,
  authorization: Authorization,
  signal: AbortSignal,
): Promise<URL> {
  const label = words.oauthLogin.waitOrPaste()
  for (let tries = 0; tries < 5; tries++) {
    const text = (await interaction.ask(label, { signal })).trim()
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url !== undefined && isOurs(connection, authorization, url)) {
      // Only the query counts: we know which redirect URI was used.
      const callback = new URL(authorization.parameters.get('redirect_uri') ?? url.href)
      callback.search = url.search
      return callback
    }
    interaction.tell(words.oauthLogin.foreignAddress())
  }
  throw new ToknError('reauth_required', words.oauthLogin.nothingPasted())
}
