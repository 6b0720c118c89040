import type { DeviceAuthorizationResponse } from 'openid-client'
import { hasNoUser, isConfidential } from '../../../core/base-url.ts'
import { isToknError, ToknError } from '../../../core/errors.ts'
import type { Announcer, DeviceCode } from '../../../core/announcer.ts'
import { pollInterval, slowerPoll, toleratedPollFailures } from '../../../core/retry.ts'
import { display } from '../../../core/text.ts'
import { keyOf } from '../../replies/refusal-codes.ts'
import type { Grant, TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import type { Connection } from '../server/connect.ts'
import { personalScopes, requested, resourcesOf } from './grant-parameters.ts'
import { requestTokens } from './request-tokens.ts'
import { sendAsClient } from '../client/send-as-client.ts'
import { guessed } from '../replies/normalize-reply.ts'
import { withKnownClient } from '../registration/known-client.ts'
import { withOurErrors } from '../replies/library-errors.ts'
import { extensionGrants } from '../settings/extension-grants.ts'

/** Longest address that is shown whole, in characters: it is of no use cut. */
const longestPage = 4_096

/** The longest that a person may take, in milliseconds. */
const longestLogin = 30 * 60_000

/**
 * The device authorization grant (RFC 8628): shows a code, and polls until somebody has entered it on
 * another device. Throws `reauth_required` when it was denied or nobody did.
 */
export async function logInByDevice(
  connection: Connection,
  announcer: Announcer,
  grant: Grant,
): Promise<TokenSet> {
  return await withKnownClient(connection, grant, undefined, async (client) =>
    enterCode(client, announcer, grant),
  )
}

async function enterCode(
  connection: Connection,
  announcer: Announcer,
  grant: Grant,
): Promise<TokenSet> {
  const { openid, config } = connection
  const parameters = requested(connection, grant, personalScopes(connection))
  const device = await withOurErrors('device authorization', () =>
    sendAsClient(connection, 'device authorization', () =>
      openid.initiateDeviceAuthorization(config, parameters),
    ),
  )
  const end = connection.reach.clock.now() + lifetimeOf(device)
  await show(announcer, device, end)
  return await poll(connection, device, parameters, end)
}

async function show(
  announcer: Announcer,
  device: DeviceAuthorizationResponse,
  expiresAt: number,
): Promise<void> {
  const page = readPage(device.verification_uri)
  const complete = device.verification_uri_complete
  const completePage = complete === undefined ? undefined : readPage(complete)
  const code = display(device.user_code, 64)
  if (announcer.showCode === undefined) tell(announcer, device, { page, code, completePage })
  else announcer.showCode({ page, code, completePage, expiresAt })
  await announcer.draw(completePage ?? page)
  await announcer.copy(code)
}

function tell(
  announcer: Announcer,
  device: DeviceAuthorizationResponse,
  { page, code, completePage }: Omit<DeviceCode, 'expiresAt'>,
): void {
  announcer.tell(words.oauthPerson.enterCode(page, code))
  if (completePage !== undefined) announcer.tell(words.oauthPerson.completePage(completePage))
  if (device[guessed] === true) return
  announcer.tell(words.oauthPerson.codeValidFor(words.times.duration(lifetimeOf(device))))
}

/** The page that a person is sent to, made harmless for a terminal. */
function readPage(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && isConfidential(url) && hasNoUser(url))
    return display(url.href, longestPage)
  throw new ToknError('provider_nonsense', words.oauthPerson.codePageNotHttps())
}

async function poll(
  connection: Connection,
  device: DeviceAuthorizationResponse,
  parameters: URLSearchParams,
  end: number,
): Promise<TokenSet> {
  const { clock, restartTime } = connection.reach
  let interval = pollInterval((device.interval ?? 5) * 1_000)
  for (let failures = 0; clock.now() < end;) {
    const left = end - clock.now()
    await clock.wait(Math.min(interval, left))
    // Nobody may ask sooner than the server wants (section 3.5), and after that it is too late.
    if (left < interval) break
    restartTime?.()
    try {
      return await ask(connection, device, parameters)
    } catch (error) {
      const code = isToknError(error) ? keyOf(error.details.http?.providerCode ?? '') : undefined
      if (code === keyOf('slow_down')) interval = slowerPoll(interval, 'slow_down')
      else if (
        isToknError(error, 'network', 'rate_limited') &&
        ++failures <= toleratedPollFailures
      ) {
        interval = slowerPoll(interval, 'failed', error.details.retryAfter)
      } else if (code !== keyOf('authorization_pending')) throw error
    }
  }
  throw new ToknError('reauth_required', words.oauthPerson.codeExpired(), {
    refusal: 'expired',
  })
}

async function ask(
  connection: Connection,
  device: DeviceAuthorizationResponse,
  parameters: URLSearchParams,
): Promise<TokenSet> {
  const { openid, config, dpop } = connection
  const body = resourcesOf(parameters)
  body.set('device_code', device.device_code)
  return await requestTokens(
    connection,
    () =>
      openid.genericGrantRequest(
        config,
        extensionGrants.device,
        body,
        dpop && { DPoP: dpop.handle },
      ),
    { request: 'token', flow: 'device', parameters },
  )
}

function lifetimeOf(device: DeviceAuthorizationResponse): number {
  return Math.min(longestLogin, device.expires_in * 1_000)
}
