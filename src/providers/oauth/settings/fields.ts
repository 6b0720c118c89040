import type { Field } from '../../../core/provider.ts'
import { flowAliases, flows } from './flow.ts'
import { scopeSeparators } from './scope-words.ts'

const clientAuthMethods = [
  'none',
  'client_secret_post',
  'client_secret_basic',
  'basic_raw',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
] as const
export type ClientAuthMethod = (typeof clientAuthMethods)[number]

const yesOrNo = ['true', 'false'] as const

function optional(name: string, label: string, choices?: readonly string[]): Field {
  return { name, label, optional: true, choices }
}

/** Endpoints that a profile may name itself, for a server without a discovery document. */
export const endpointNames = [
  'authorization_endpoint',
  'token_endpoint',
  'device_authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'end_session_endpoint',
] as const

/** Where a login begins: who names one of these says which server is meant. */
const entrances: ReadonlySet<string> = new Set<(typeof endpointNames)[number]>([
  'authorization_endpoint',
  'token_endpoint',
])

/** Everything that is not secret and not always needed. */
export const settingFields: readonly Field[] = [
  { ...optional('flow', 'How to log in', flows), aliases: flowAliases },
  {
    ...optional('client_auth', 'How the client proves itself', clientAuthMethods),
    server: 'manner',
  },
  optional('scope', 'Scopes, separated by spaces'),
  {
    ...optional('scope_separator', 'What the server has between two scopes', scopeSeparators),
    server: 'manner',
    // Profiles from before this setting have scopes by commas too.
    implied: { by: 'scope', part: ',', answer: 'space' },
  },
  optional('audience', 'Audience of the token'),
  optional('resource', 'Resource indicators (RFC 8707), separated by spaces'),
  optional('resource_metadata', 'Where the resource says who protects it (RFC 9728)'),
  optional('register', 'Have the server make a client (RFC 7591)', yesOrNo),
  ...endpointNames.map((name): Field => ({
    ...optional(name, name.replaceAll('_', ' ')),
    server: entrances.has(name) ? 'entrance' : 'address',
  })),
  {
    ...optional('discovery', 'Discovery document: its address, or a file'),
    file: 'public',
    server: 'itself',
  },
  {
    ...optional('trust_endpoints', 'Origins, besides the issuer, where its endpoints may be'),
    server: 'address',
  },
  optional('dpop', 'Bind tokens to a key (RFC 9449)', yesOrNo),
  optional('par', 'Push the authorization request (RFC 9126)', yesOrNo),
  optional('redirect_uri', 'Redirect URI, as the client registered it'),
  optional('redirect_port', 'Port of the loopback redirect URI'),
  optional('authorization_parameters', 'More parameters of the authorization URL, as a query'),
  optional('token_parameters', 'More parameters of token requests, as a query'),
  { ...optional('token_request', 'Format of token requests', ['form', 'json']), server: 'manner' },
  optional('token_lifetime', 'How long an access token lives, where the server does not say'),
  optional('login_timeout', 'How long to wait for the person, for example 5m'),
  optional('username', 'User name, for flow "password"'),
  optional('subject_token_type', 'Type of the subject token (RFC 8693)'),
  optional('requested_token_type', 'Type of the token wanted (RFC 8693)'),
  optional('subject', 'Subject of a signed assertion (RFC 7523)'),
  {
    ...optional(
      'assertion_audience',
      'Audience of assertions, where neither issuer nor token endpoint',
    ),
    server: 'manner',
  },
  { ...optional('private_key_file', 'File with the private key'), file: true },
  { ...optional('certificate_file', 'File with the certificate of that key'), file: true },
  optional('ci_grant', 'What a CI job trades its ID token with', ['exchange', 'jwt', 'client']),
  { ...optional('ci_audience', 'Audience of the ID token of a CI job'), server: 'manner' },
  optional('authorization_scheme', 'Word before the token in its header, where it is not Bearer'),
  optional('issue_grant', 'How "tokn issue" gets a token', ['exchange', 'client', 'refresh']),
]

export const secretFields: readonly Field[] = [
  { name: 'client_secret', label: 'Client secret', secret: true, optional: true },
  { name: 'password', label: 'Password', secret: true, optional: true },
  { name: 'private_key', label: 'Private key (PEM or JWK)', secret: true, optional: true },
  {
    name: 'initial_access_token',
    label: 'Initial access token (RFC 7591)',
    secret: true,
    optional: true,
  },
  { name: 'subject_token', label: 'Subject token', secret: true, optional: true },
  { name: 'assertion', label: 'Assertion', secret: true, optional: true },
  {
    name: 'secret_token_parameters',
    label: 'More parameters of token requests that are secret, as a query',
    secret: true,
    optional: true,
  },
  { name: 'ci_id_token', label: 'ID token of the CI job', secret: true, optional: true },
  // Not secret, but it belongs to one job: a profile must not keep it for the next.
  {
    name: 'ci_request_url',
    label: 'Where a CI job gets its ID token',
    secret: true,
    optional: true,
  },
  { name: 'ci_request_token', label: 'Token for the ID token', secret: true, optional: true },
]
