import { resolve } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { readPairs } from './pairs.ts'
import type { FlagName, FlagsOf } from './table.ts'

/** For OAuth 2.0 servers: each is a setting of the profile, or names a file with a secret. */
export const oauthFlags = [
  'issuer',
  'clientId',
  'clientSecretFile',
  'flow',
  'clientAuth',
  'privateKeyFile',
  'subjectTokenFile',
  'assertionFile',
  'discovery',
  'trustEndpoint',
  'tokenEndpoint',
  'authorizationEndpoint',
  'deviceAuthorizationEndpoint',
  'parEndpoint',
  'revocationEndpoint',
  'introspectionEndpoint',
  'userinfoEndpoint',
  'jwksUri',
  'endSessionEndpoint',
  'redirectPort',
  'redirectUri',
  'register',
  'dpop',
  'authorizationParam',
  'tokenParam',
  'tokenLifetime',
  'cert',
  'key',
  'noBrowser',
  'qr',
  'clipboard',
] as const satisfies FlagName[]

export type OauthFlags = FlagsOf<(typeof oauthFlags)[number]>

export function oauthSettings(flags: OauthFlags): Readonly<Record<string, string>> {
  const settings: Readonly<Record<string, string | undefined>> = {
    issuer: flags.issuer,
    client_id: flags.clientId,
    flow: flags.flow,
    client_auth: flags.clientAuth,
    discovery: flags.discovery,
    token_endpoint: flags.tokenEndpoint,
    authorization_endpoint: flags.authorizationEndpoint,
    device_authorization_endpoint: flags.deviceAuthorizationEndpoint,
    pushed_authorization_request_endpoint: flags.parEndpoint,
    revocation_endpoint: flags.revocationEndpoint,
    introspection_endpoint: flags.introspectionEndpoint,
    userinfo_endpoint: flags.userinfoEndpoint,
    jwks_uri: flags.jwksUri,
    end_session_endpoint: flags.endSessionEndpoint,
    trust_endpoints: flags.trustEndpoint?.join(' '),
    redirect_port: flags.redirectPort === undefined ? undefined : checkPort(flags.redirectPort),
    redirect_uri: flags.redirectUri,
    register: flags.register === true ? 'true' : undefined,
    dpop: flags.dpop === true ? 'true' : undefined,
    authorization_parameters: queryOf(flags.authorizationParam, '--authorization-param'),
    token_parameters: queryOf(flags.tokenParam, '--token-param'),
    token_lifetime: flags.tokenLifetime,
    private_key_file:
      flags.privateKeyFile === undefined ? undefined : resolve(flags.privateKeyFile),
  }
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** Files that hold a secret of the login, by the name of its field. */
export function secretFiles(flags: OauthFlags): Readonly<Record<string, string>> {
  return {
    ...(flags.clientSecretFile === undefined ? {} : { client_secret: flags.clientSecretFile }),
    ...(flags.subjectTokenFile === undefined ? {} : { subject_token: flags.subjectTokenFile }),
    ...(flags.assertionFile === undefined ? {} : { assertion: flags.assertionFile }),
  }
}

/** Parameters as a query, which keeps every byte of them. Throws `usage`. */
function queryOf(texts: readonly string[] | undefined, flag: string): string | undefined {
  if (texts === undefined) return undefined
  const pairs = texts.flatMap((text) => Object.entries(readPairs([text], flag, 'NAME=VALUE')))
  return new URLSearchParams(pairs).toString()
}

function checkPort(text: string): string {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return text
  throw new ToknError('usage', words.loginFlags.notARedirectPort(display(text, 40)))
}
