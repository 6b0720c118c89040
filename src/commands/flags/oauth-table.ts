import { headings, type Flag } from './flag.ts'

const [heading] = headings

/** A flag whose variable has its name. */
function setting(name: string, value = 'url') {
  const variable = `TOKN_${name.toUpperCase().replaceAll('-', '_')}`
  return { names: `--${name}`, value, variable, heading } as const
}

/** Flags for OAuth servers, which few commands read: see `table.ts`. */
export const oauthTable = {
  issuer: setting('issuer'),
  clientId: setting('client-id', 'id'),
  clientSecretFile: setting('client-secret-file', 'path'),
  flow: setting('flow', 'flow'),
  clientAuth: setting('client-auth', 'method'),
  privateKeyFile: setting('private-key-file', 'path'),
  subjectTokenFile: setting('subject-token-file', 'path'),
  assertionFile: setting('assertion-file', 'path'),
  discovery: setting('discovery', 'url-or-file'),
  trustEndpoint: {
    ...setting('trust-endpoint', 'origin'),
    repeatable: true,
    variable: 'TOKN_TRUST_ENDPOINTS',
  },
  tokenEndpoint: setting('token-endpoint'),
  authorizationEndpoint: setting('authorization-endpoint'),
  // Their variables, and the whole name of PAR's, are wider than a narrow terminal.
  deviceAuthorizationEndpoint: { names: '--device-authorization-endpoint', value: 'url', heading },
  parEndpoint: { names: '--par-endpoint', value: 'url', heading },
  revocationEndpoint: setting('revocation-endpoint'),
  introspectionEndpoint: setting('introspection-endpoint'),
  userinfoEndpoint: setting('userinfo-endpoint'),
  jwksUri: setting('jwks-uri'),
  endSessionEndpoint: setting('end-session-endpoint'),
  redirectPort: setting('redirect-port', 'port'),
  redirectUri: setting('redirect-uri', 'uri'),
  register: { names: '--register', variable: 'TOKN_REGISTER', heading },
  dpop: { names: '--dpop', variable: 'TOKN_DPOP', heading },
  authorizationParam: {
    ...setting('authorization-param', 'name=value'),
    repeatable: true,
    variable: 'TOKN_AUTHORIZATION_PARAMETERS',
  },
  tokenParam: {
    ...setting('token-param', 'name=value'),
    repeatable: true,
    variable: 'TOKN_TOKEN_PARAMETERS',
  },
  tokenLifetime: setting('token-lifetime', 'duration'),
  cert: { names: '--cert', value: 'path', heading },
  key: { names: '--key', value: 'path', heading },
  noBrowser: { names: '--no-browser', heading },
  qr: { names: '--qr', heading },
  clipboard: { names: '--clipboard', heading },
} as const satisfies Readonly<Record<string, Flag>>
