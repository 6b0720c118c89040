import { readDuration } from '../../../core/duration.ts'
import { isToknError, ToknError } from '../../../core/errors.ts'
import type { Listener } from '../../../core/callback.ts'
import type { Interaction } from '../../../core/ports.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { authorizationUrl, prepareAuthorization, type Authorization } from './authorization.ts'
import type { Connection } from '../server/connect.ts'
import { otherFlows } from './offers.ts'
import { pasteCallback } from './paste-callback.ts'
import { isOurs, misnamedIn } from './pasted-callback.ts'
import { redeemCode } from './redeem-code.ts'
import { redirectOf, type Redirect } from './redirect-uri.ts'
import { listenAs, withKnownClient } from '../registration/known-client.ts'
import { registers } from '../registration/registered.ts'

/** Milliseconds that a person has to log in, unless the profile says otherwise. */
const usualTimeout = 5 * 60_000

/**
 * The authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636) through the browser, which
 * comes back to a loopback listener (RFC 8252), or whose last address is pasted. Gives `undefined`
 * when no browser could be opened, though one was wanted, and there is another way. Throws
 * `reauth_required` when nobody comes back, or access is denied.
 */
export async function logInByCode(
  connection: Connection,
  interaction: Interaction,
  grant: Grant,
  anotherWay: boolean,
): Promise<TokenSet | undefined> {
  const redirect = redirectOf(connection.settings)
  let authorization: Authorization | undefined
  let misnamed: string | undefined
  const listener = await openListener(connection, interaction, redirect, ({ searchParams }) => {
    if (authorization === undefined) return false
    misnamed ??= misnamedIn(searchParams, authorization, connection)
    return isOurs(searchParams, authorization, connection)
  })
  try {
    const redirectUri = redirect.at(listener && new URL(listener.redirectUri).port)
    return await withKnownClient(connection, grant, redirectUri, async (client) => {
      authorization = await prepareAuthorization(client, redirectUri, grant)
      const url = await authorizationUrl(client, authorization)
      const mayLeave = anotherWay && interaction.browserless !== true
      if (!mayLeave) tellRedirect(client, interaction, redirect)
      const opened = await interaction.open(url.href)
      if (!opened && mayLeave) return undefined
      if (mayLeave) tellRedirect(client, interaction, redirect)
      interaction.tell(opened ? words.oauthPerson.browserOpened() : words.oauthPerson.goTo())
      interaction.tell(url.href)
      const answer = await waitForAnswer({
        connection: client,
        interaction,
        authorization,
        redirect,
        listener,
        opened,
        misnamed: () => misnamed,
      })
      client.reach.restartTime?.()
      return await redeemCode(client, authorization, answer)
    })
  } catch (error) {
    throw withRedirect(error, redirect)
  } finally {
    await listener?.close()
  }
}

/** `undefined` where nothing can listen, and what arrives is to be pasted. */
async function openListener(
  connection: Connection,
  interaction: Interaction,
  { listen }: Redirect,
  accepts: (callback: URL) => boolean,
): Promise<Listener | undefined> {
  if (listen === undefined) return undefined
  const { settings, title } = connection
  const timeout = readDuration(settings['login_timeout'] ?? '') ?? usualTimeout
  try {
    return await listenAs(connection, interaction, { ...listen, title, timeout, accepts })
  } catch (error) {
    if (interaction.browserless !== true || !isToknError(error, 'reauth_required')) throw error
    interaction.tell(words.oauthPerson.notListening(error.message))
    return undefined
  }
}

function tellRedirect(
  { settings }: Connection,
  interaction: Interaction,
  { registered, anyPort }: Redirect,
): void {
  // What the server has made itself, nobody has to register.
  if (registers(settings)) return
  interaction.tell(words.oauthPerson.redirectToRegister(display(registered, 500), anyPort))
}

/** What a browser that is under way is waited for with. */
interface Waiting {
  readonly connection: Connection
  readonly interaction: Interaction
  readonly authorization: Authorization
  readonly redirect: Redirect
  readonly listener: Listener | undefined
  readonly opened: boolean
  /** What an answer to this login had wrong, if one came. */
  readonly misnamed: () => string | undefined
}

/**
 * The answer from the listener, or from what the user pastes: over SSH the browser is on another
 * machine and its callback cannot arrive here.
 */
async function waitForAnswer(waiting: Waiting): Promise<URLSearchParams> {
  const { listener, opened } = waiting
  if (listener === undefined) return await pasteCallback(waiting)
  const arrived = arrival(waiting, listener)
  if (opened) return await arrived
  const done = new AbortController()
  try {
    const pasted = pasteCallback({ ...waiting, signal: done.signal })
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

async function arrival(
  { connection, redirect, misnamed }: Waiting,
  listener: Listener,
): Promise<URLSearchParams> {
  try {
    return (await listener.wait()).searchParams
  } catch (error) {
    if (!isToknError(error, 'reauth_required')) throw error
    const why = misnamed()
    if (why !== undefined) throw new ToknError('provider_nonsense', why, { sent: false })
    const { registered, anyPort } = redirect
    const others = otherFlows(connection, ['code'], true)
    const hint = words.oauthPerson.hintAgain(display(registered, 500), anyPort, others)
    throw new ToknError(error.code, error.message, { ...error.details, hint })
  }
}

/** A refusal that speaks of the redirect address, with the one that is to be registered. */
function withRedirect(error: unknown, { registered, anyPort }: Redirect): unknown {
  const isRefusal = isToknError(error, 'provider_refused', 'reauth_required')
  if (!isRefusal || !/redirect/i.test(error.message)) return error
  const hint = words.oauthPerson.hintRegister(display(registered, 500), anyPort)
  return new ToknError(error.code, error.message, { ...error.details, hint })
}
