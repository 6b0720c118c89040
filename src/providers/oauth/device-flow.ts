import type { DeviceAuthorizationResponse } from 'openid-client'
import { isConfidential } from '../../core/base-url.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import { pollInterval, slowerPoll, toleratedPollFailures } from '../../core/retry.ts'
import { display } from '../../core/text.ts'
import { keyOf } from '../replies/refusal-codes.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Connection } from './connect.ts'
import { personalScopes, requested, resourcesOf } from './grant-parameters.ts'
import { requestTokens } from './request-tokens.ts'
import { retryWithServerTime } from './clock-skew.ts'
import { withOurErrors } from './library-errors.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

/** The longest that a person may take, in milliseconds. */
const longestLogin = 30 * 60_000

/**
 * The device authorization grant (RFC 8628): shows a code, and polls until somebody has entered it on
 * another device. Throws `reauth_required` when it was denied or nobody did.
 */
export async function logInByDevice(
  connection: Connection,
  interaction: Interaction,
  grant: Grant,
): Promise<TokenSet> {
  const { openid, config, transport } = connection
  const parameters = requested(connection, grant, personalScopes(connection))
  const device = await withOurErrors('device authorization', () =>
    retryWithServerTime(transport.time, () =>
      openid.initiateDeviceAuthorization(config, parameters),
    ),
  )
  await show(interaction, device)
  return await poll(connection, device, parameters)
}

async function show(interaction: Interaction, device: DeviceAuthorizationResponse): Promise<void> {
  const page = readPage(device.verification_uri)
  const complete = device.verification_uri_complete
  const code = display(device.user_code, 64)
  interaction.tell(words.oauthLogin.enterCode(page, code))
  interaction.tell(words.oauthLogin.codeValidFor(words.times.duration(lifetimeOf(device))))
  await interaction.draw(complete === undefined ? page : readPage(complete))
  await interaction.copy(code)
}

/** The page that a person is sent to, made harmless for a terminal. */
function readPage(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && isConfidential(url) && url.username === '') return display(url.href, 500)
  throw new ToknError('provider_nonsense', words.oauthLogin.codePageNotHttps())
}

async function poll(
  connection: Connection,
  device: DeviceAuthorizationResponse,
  parameters: URLSearchParams,
): Promise<TokenSet> {
  const { clock } = connection.reach
  const end = clock.now() + lifetimeOf(device)
  let interval = pollInterval((device.interval ?? 5) * 1_000)
  for (let failures = 0; clock.now() < end;) {
    await clock.wait(interval)
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
  throw new ToknError('reauth_required', words.oauthLogin.codeExpired(), {
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
    () => openid.genericGrantRequest(config, grantType, body, dpop && { DPoP: dpop.handle }),
    { request: 'token', flow: 'device', parameters },
  )
}

function lifetimeOf(device: DeviceAuthorizationResponse): number {
  return Math.min(longestLogin, device.expires_in * 1_000)
}
