import type { Command } from 'commander'

/** Flags for OAuth 2.0 servers; each is a setting of the profile. */
export interface OauthFlags {
  readonly issuer?: string
  readonly clientId?: string
  readonly clientSecretFile?: string
  readonly flow?: string
  readonly clientAuth?: string
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
    .option(
      '--client-auth <method>',
      'OAuth: how the client proves itself (client_secret_basic, private_key_jwt, ...)',
    )
    .option('--no-browser', 'OAuth: print the address instead of opening a browser')
    .option('--qr', 'OAuth: show the address as a QR code too')
    .option('--clipboard', 'OAuth: copy the code to the clipboard')
}

export function oauthSettings(flags: OauthFlags): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {}
  if (flags.issuer !== undefined) settings['issuer'] = flags.issuer
  if (flags.clientId !== undefined) settings['client_id'] = flags.clientId
  if (flags.flow !== undefined) settings['flow'] = flags.flow
  if (flags.clientAuth !== undefined) settings['client_auth'] = flags.clientAuth
  return settings
}
