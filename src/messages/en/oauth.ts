// English texts about OAuth servers: how they are set up, what they answered and refused.

import { endpointFlag } from './oauth-server.ts'

// What a profile says of its server.

export const noPreset = (id: string) => `there is no preset "${id}"`

export const noClientId = () => ({
  message: 'no client id is given',
  hint: 'give --client-id ID',
})

export const noEndpoint = () => ({
  message: 'neither an issuer nor a token endpoint is given',
  hint: 'give --issuer URL; or --token-endpoint URL, or --discovery FILE, for a server without discovery',
})

export const endpointNotHttps = (name: string, given: string) =>
  `${name} "${given}" is not an https URL`

export const endpointNotPlain = (name: string, given: string) => ({
  message: `${name} "${given}" has more than an address: a user name, a password or a fragment`,
  hint: 'give its address alone; what the client proves itself with: --client-secret-file, or TOKN_CLIENT_SECRET',
})

export const wrongValue = (value: string, setting: string, choices: readonly string[]) => ({
  message: `"${value}" is not a valid value for "${setting}"`,
  hint: `one of: ${choices.join(', ')}`,
})

export const reservedParameter = (name: string) => `authorization_parameters must not set ${name}`

// What a token is asked for.

export const noTokenName = () => 'OAuth has no way to give a token a name'

export const noLifetime = () => 'OAuth has no way to ask for a lifetime: the server decides'

export const notAScope = (given: string) => ({
  message: `"${given}" contains characters that no scope can have`,
  hint: 'scopes are printable ASCII without spaces, quotes and backslashes',
})

export const notAResource = (given: string) => ({
  message: `--resource "${given}" is not an absolute URI without a fragment`,
  hint: 'write it as https://host/path',
})

export const noTokenExchange = (title: string) => ({
  message: `${title} does not offer token exchange`,
  hint: 'log in once more under another profile name with fewer scopes: tokn login NAME --scope S',
})

export const noRefreshToken = (title: string) => `${title} gave no refresh token`

// What the client proves itself with.

export const noProof = (
  method: string,
  what: 'client_secret' | 'private_key',
  variable: string,
) => ({
  message: `${method} needs the ${what.replace('_', ' ')}, but none was given`,
  hint: `set ${variable}_FILE, or log in with it`,
})

export const noKeptProof = () => ({
  hint: 'set TOKN_CLIENT_SECRET_FILE, or log in with --remember, which keeps the secret',
})

const keyProblems = {
  algorithm: 'its algorithm cannot sign',
  certificate: 'the certificate beside it is damaged',
  another: 'the certificate belongs to another key',
  json: 'it is not valid JSON',
  empty: 'it contains no key',
  encrypted: 'it is encrypted',
  format: 'it is neither a private key in PEM nor a JWK',
  type: 'keys of its type cannot sign',
}

export const unusableKey = (problem: keyof typeof keyProblems) => ({
  message: `the private key cannot be used: ${keyProblems[problem]}`,
  hint: 'give an unencrypted key in PEM (PKCS #8) or as a JWK',
})

export const damagedDpopKey = () => ({
  message: 'the DPoP key of the stored session is damaged',
  hint: 'tokn login',
})

// Discovery.

/** `why`: what is there instead. */
export const noDiscoveryDocument = (issuer: string, why?: string) => ({
  message: `there is no discovery document at ${issuer}${why === undefined ? '' : `: ${why}`}`,
  hint: 'check the issuer; where the document is elsewhere: --discovery URL; a server without one needs --token-endpoint URL and the like',
})

/** `named` is what the document has for the issuer, if it has anything. */
export const anotherIssuer = (issuer: string, named: string | undefined) => ({
  message: `the server at ${issuer} names ${named ?? 'nothing'} as its issuer`,
  hint:
    named === undefined ? 'check the issuer' : `if that is the server you mean: --issuer ${named}`,
})

export const metadataNotHttps = (name: string) => ({
  message: `the issuer gives no https URL as its ${name}`,
  hint: nameIt(name),
})

export const metadataWithUser = (name: string) => ({
  message: `the issuer gives an address with a user name or a password as its ${name}`,
  hint: nameIt(name),
})

/** `registration_endpoint` has no flag. */
const nameIt = (name: string) =>
  name === 'registration_endpoint'
    ? 'give a client that is registered: --client-id ID'
    : `if you know the right one, name it: ${endpointFlag(name)} URL`

/** `flags` to type where they are what they should be. */
export const foreignEndpoints = (origins: string, flags: readonly string[]) => ({
  message: `the issuer has endpoints at other origins: ${origins}`,
  hint: `if they belong to it: ${flags.join(' ')}`,
})

export const noSuchEndpoint = (endpoint: string | undefined) => ({
  message: `the server has no ${endpoint ?? 'endpoint for this'}`,
  hint:
    endpoint === undefined
      ? 'only endpoints that the issuer publishes or the profile names are used'
      : nameIt(endpoint.replaceAll(' ', '_')),
})

// What a refusal means.

const meanings = {
  unavailable: { message: 'the server is overloaded, failing or under maintenance' },
  'rate-limited': { message: 'the server gets too many requests' },
  pending: { message: 'the login has not been approved yet' },
  'refresh-rejected': { message: 'the server no longer accepts the refresh token' },
  credentials: { message: 'the server did not accept what was presented for a token' },
  client: {
    message: 'the server does not accept this client id with this client authentication',
  },
  'unauthorized-client': {
    message: 'this client may not log in this way',
    hint: 'allow it where the client is registered',
  },
  'client-barred': {
    message: 'the server lets nobody, or not this user, log in with this client',
    hint: 'ask who registered it, or who administers your account',
  },
  'unsupported-grant': {
    message: 'the server does not support this way of logging in',
    hint: 'tokn login',
  },
  'redirect-mismatch': {
    message: 'the redirect address of this login is not registered for the client',
    hint: 'register it, or name one that is with --redirect-uri',
  },
  'invalid-scope': {
    message: 'the server does not grant these scopes',
    hint: 'ask for others with --scope',
  },
  'invalid-target': {
    message: 'the server does not issue tokens for this resource or audience',
    hint: 'ask for another with --resource or --audience',
  },
  denied: { message: 'access was denied' },
  expired: { message: 'the code expired before anybody entered it' },
  interaction: { message: 'the server requires a person to log in' },
  invalid: { message: 'the server no longer accepts this token' },
  forbidden: { message: 'the token does not have the scope for this' },
  'unsupported-token-type': { message: 'the server cannot revoke tokens of this kind' },
} satisfies Readonly<Record<string, { readonly message: string; readonly hint?: string }>>

export const refused = (meaning: keyof typeof meanings): { message: string; hint?: string } =>
  meanings[meaning]

export const refreshDenied = () => ({ message: 'the server denied the refresh' })

export const requestRefused = (request: string) => ({
  message: `the server refused the ${request} request`,
})

export const refreshRefused = () => ({
  message: 'the server refused to refresh the session; it may have forgotten the refresh token',
})

export const answeredByAnother = (request: string) => ({
  message: `a proxy or a firewall on the way probably answered the ${request} request`,
  hint: 'try again; a proxy or a firewall may be in the way',
})

/** `reason` are the server's own words, or empty. */
export const withReason = (message: string, reason: string) =>
  reason === '' ? message : `${message} (${reason})`

export const status = (code: number) => `status ${code}`

/** `said` are the server's own words, or empty. */
export const answeredStatus = (request: string, code: number, said: string) =>
  `the server answered the ${request} request with status ${code}${said === '' ? '' : `: ${said}`}`

export const likelyClient = (message: string) =>
  `${message}: most likely it does not accept this client`

export const likelyRefreshToken = (message: string) =>
  `${message}: most likely it no longer accepts the refresh token`

// Answers that are not what the RFCs say.

export const serverTitle = () => 'the server'

export const answeredWith = (what: string) => `the server answered with ${what}`

export const noAccessToken = () => 'the server answered without an access token'

export const invalidAnswer = (request: string, why: string) =>
  `the answer to the ${request} request is not valid: ${why}`

export const unreadable = () => 'unreadable'

const idTokenTimes = { expired: 'it has already expired', early: 'it is not valid yet' }

type IdTokenTime = keyof typeof idTokenTimes

export const untimelyIdToken = (request: string, time: IdTokenTime) => ({
  message: invalidAnswer(request, `the ID token says that ${idTokenTimes[time]}`),
  hint: 'compare the clocks of this machine and of the server: tokn doctor',
})

export const idTokenIgnored = (why: string) => `the ID token was dropped: ${why}`

export const untimelyIdTokenIgnored = (time: IdTokenTime) => idTokenIgnored(idTokenTimes[time])

export const idTokenNotAText = () => idTokenIgnored('it is not a text')

export const partIgnored = (why: string) => `a part of the answer was dropped: ${why}`

export const envelope = () => 'the server answered in an envelope, which OAuth does not have'

export const unreadableScopes = () => 'the server sent scopes that cannot be read'

export const boundWithoutKey = (title: string) =>
  `${title} sent a token that is bound to a key, though it was shown none: it is used as a bearer token`

export const notBound = (title: string) =>
  `${title} sent a token that is not bound to our key, though a bound one was requested: it is used as a bearer token`

export const unknownTokenType = (title: string, type: string) =>
  `${title} sent a token of the type "${type}": it is used as a bearer token`

// Logout.

export const noRevocation = (title: string) => ({
  message: `${title} has no endpoint to revoke tokens; end the session in its account settings`,
  hint: 'to erase it here: tokn logout --local-only',
})

export const accessNotRevoked = (title: string) =>
  `${title} revoked the refresh token, but does not revoke access tokens`

// How it was found out whether a token is alive.

export const byUserinfo = () => 'userinfo'

export const byIntrospection = () => 'introspection'
