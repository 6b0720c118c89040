import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ToknError } from '../../core/errors.ts'
import { collect } from './declare.ts'

/** Flags for OAuth 2.0 servers; each is a setting of the profile, or names a file with a secret. */
export interface OauthFlags {
  readonly issuer?: string
  readonly clientId?: string
  readonly clientSecretFile?: string
  readonly subjectTokenFile?: string
  readonly assertionFile?: string
  readonly privateKeyFile?: string
  readonly flow?: string
  readonly clientAuth?: string
  readonly trustEndpoint?: readonly string[]
  readonly redirectPort?: string
  readonly dpop?: boolean
  readonly cert?: string
  readonly key?: string
  /** `--no-browser` makes it false. */
  readonly browser?: boolean
  readonly qr?: boolean
  readonly clipboard?: boolean
}

export function addOauthFlags(command: Command): Command {
  return command
    .option('--issuer <url>', 'OAuth: the authorization server')
    .option('--client-id <id>', 'OAuth: the client')
    .option('--client-secret-file <path>', 'OAuth: read the client secret from a file, or from -')
    .option('--flow <flow>', 'OAuth: auto, code, device, client, password, exchange, jwt or ci')
    .option('--client-auth <method>', 'OAuth: how the client proves itself (private_key_jwt, ...)')
    .option('--private-key-file <path>', 'OAuth: key of the client, in PEM or as a JWK')
    .option('--subject-token-file <path>', 'OAuth: the token to exchange (RFC 8693)')
    .option('--assertion-file <path>', 'OAuth: the assertion to trade in (RFC 7523)')
    .option(
      '--trust-endpoint <origin>',
      'OAuth: where endpoints may be besides the issuer (repeatable)',
      collect,
    )
    .option('--redirect-port <port>', 'OAuth: port that the browser comes back to')
    .option('--dpop', 'OAuth: bind the tokens to a key (RFC 9449)')
    .option('--cert <path>', 'OAuth: certificate of the client (RFC 8705), in PEM')
    .option('--key <path>', 'OAuth: the key of that certificate, in PEM')
    .option('--no-browser', 'OAuth: print the address instead of opening a browser')
    .option('--qr', 'OAuth: show the address as a QR code too')
    .option('--clipboard', 'OAuth: copy the code to the clipboard')
}

export function oauthSettings(flags: OauthFlags): Readonly<Record<string, string>> {
  const settings: Readonly<Record<string, string | undefined>> = {
    issuer: flags.issuer,
    client_id: flags.clientId,
    flow: flags.flow,
    client_auth: flags.clientAuth,
    trust_endpoints: flags.trustEndpoint?.join(' '),
    redirect_port: flags.redirectPort === undefined ? undefined : checkPort(flags.redirectPort),
    dpop: flags.dpop === true ? 'true' : undefined,
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

function checkPort(text: string): string {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return text
  throw new ToknError('usage', '--redirect-port is no port number', {
    hint: 'a number up to 65535',
  })
}
