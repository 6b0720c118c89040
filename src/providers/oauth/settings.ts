import { ToknError } from '../../core/errors.ts'
import type { Field, Reach } from '../../core/provider.ts'
import { Secret } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Preset } from './presets.ts'

/** The settings of the profile, by the names of `settingFields`. */
export type Settings = Readonly<Record<string, string | undefined>>

const flows = ['auto', 'code', 'device', 'client', 'password', 'exchange', 'jwt', 'ci'] as const
export type Flow = (typeof flows)[number]

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
] as const

/** Everything that is not secret and not always needed. */
export const settingFields: readonly Field[] = [
  optional('flow', 'How to log in', flows),
  optional('client_auth', 'How the client proves itself', clientAuthMethods),
  optional('scope', 'Scopes, separated by spaces'),
  optional('audience', 'Audience of the token'),
  optional('resource', 'Resource indicators (RFC 8707), separated by spaces'),
  ...endpointNames.map((name) => optional(name, name.replaceAll('_', ' '))),
  optional('trust_endpoints', 'Origins, besides the issuer, where its endpoints may be'),
  optional('dpop', 'Bind tokens to a key (RFC 9449)', yesOrNo),
  optional('par', 'Push the authorization request (RFC 9126)', yesOrNo),
  optional('redirect_uri', 'Loopback redirect URI that the client registered'),
  optional('redirect_port', 'Port of the loopback redirect URI'),
  optional('authorization_parameters', 'More parameters of the authorization URL, as a query'),
  optional('login_timeout', 'How long to wait for the person, for example 5m'),
  optional('username', 'User name, for flow "password"'),
  optional('subject_token_type', 'Type of the subject token (RFC 8693)'),
  optional('requested_token_type', 'Type of the token wanted (RFC 8693)'),
  optional('subject', 'Subject of a signed assertion (RFC 7523)'),
  optional('assertion_audience', 'Audience of assertions, where it is not the issuer'),
  { ...optional('private_key_file', 'File with the private key'), file: true },
  optional('ci_grant', 'What a CI job trades its ID token with', ['exchange', 'jwt', 'client']),
  optional('ci_audience', 'Audience of the ID token of a CI job'),
  optional('authorization_scheme', 'Word before the token in its header, where it is not Bearer'),
  optional('issue_grant', 'How "tokn issue" gets a token', ['exchange', 'client']),
]

export const secretFields: readonly Field[] = [
  { name: 'client_secret', label: 'Client secret', secret: true, optional: true },
  { name: 'password', label: 'Password', secret: true, optional: true },
  { name: 'private_key', label: 'Private key (PEM or JWK)', secret: true, optional: true },
  { name: 'subject_token', label: 'Subject token', secret: true, optional: true },
  { name: 'assertion', label: 'Assertion', secret: true, optional: true },
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

const neededBy: Partial<Record<Flow, readonly string[]>> = {
  password: ['username', 'password'],
  exchange: ['subject_token'],
}

/** The flows that read a field, where not all do. */
const readBy: Readonly<Record<string, readonly Flow[]>> = {
  redirect_port: ['auto', 'code'],
  username: ['auto', 'password'],
  subject_token: ['auto', 'exchange'],
  assertion: ['auto', 'jwt'],
}

/** Names of the fields that the flow of `settings` does not read. */
export function ignoredBy(settings: Settings): readonly string[] {
  const flow = flowOf(settings)
  return Object.entries(readBy).flatMap(([name, flows]) => (flows.includes(flow) ? [] : [name]))
}

/** Whether a login by `settings` may show a page or a code. */
export function needsPerson(settings: Settings): boolean {
  return ['auto', 'code', 'device'].includes(flowOf(settings))
}

/** The flow of a login: as its settings say, or as the context of its tokens remembers. */
export function flowOf(settings: Settings): Flow {
  return (settings['flow'] ?? 'auto') as Flow
}

/** The fields of a login with `settings`: what its flow needs is not optional. */
export function fieldsFor(preset: Preset | undefined, settings: Settings): readonly Field[] {
  const requireSecret = neededBy[flowOf(settings)] ?? []
  const known = preset !== undefined || settings['token_endpoint'] !== undefined
  const issuer: readonly Field[] =
    preset === undefined ? [{ name: 'issuer', label: 'Issuer URL', optional: known }] : []
  return [
    ...issuer,
    ...(preset?.fields ?? []),
    { name: 'client_id', label: 'Client ID' },
    ...[...settingFields, ...secretFields].map((field) =>
      requireSecret.includes(field.name)
        ? { ...field, optional: false }
        : { ...field, ...proofOf(field, { ...preset?.settings, ...settings }) },
    ),
  ]
}

const withSecret = [
  'client_secret_post',
  'client_secret_basic',
  'basic_raw',
  'client_secret_jwt',
] as const satisfies ClientAuthMethod[]

/** Whether a person is asked for what the client proves itself with, by how it logs in. */
function proofOf({ name }: Field, settings: Settings): Pick<Field, 'askUnless' | 'askWhenRefused'> {
  const { client_auth: method } = settings
  const flow = flowOf(settings)
  if (name === 'private_key_file') {
    if (method === 'private_key_jwt') return { askUnless: ['private_key'] }
    return flow === 'jwt' ? { askUnless: ['private_key', 'assertion'] } : {}
  }
  if (name !== 'client_secret') return {}
  if (withSecret.some((one) => one === method)) return { askUnless: [] }
  if (method !== undefined) return {}
  if (flow === 'client') return { askUnless: ['private_key', 'private_key_file'] }
  // Many clients of a person have none, and nobody knows before the server says so.
  return needsPerson(settings) ? { askWhenRefused: true } : {}
}

/** The settings in force: the preset's, then the profile's, then this login's answers. */
export function settingsInForce(
  preset: Preset | undefined,
  profile: Settings,
  answers: Reach['answers'],
): Settings {
  const said = Object.entries({ ...profile, ...answers }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  )
  const own = Object.fromEntries(said)
  const known: Settings = { ...preset?.defaults, ...own }
  const filled = Object.entries(preset?.settings ?? {}).flatMap(([name, template]) => {
    const value = fill(template, known)
    return value === undefined ? [] : [[name, value] as const]
  })
  const settings: Settings = { ...Object.fromEntries(filled), ...own }
  for (const field of settingFields) checkChoice(field, settings[field.name])
  return settings
}

/** `undefined` while the answer to a placeholder is not known. */
function fill(template: string, answers: Settings): string | undefined {
  const names = [...template.matchAll(/\{([a-z]+)\}/g)].map((match) => match[1] ?? '')
  if (names.some((name) => answers[name] === undefined)) return undefined
  return names.reduce((text, name) => text.replace(`{${name}}`, answers[name] ?? ''), template)
}

function checkChoice(field: Field, value: string | undefined): void {
  if (value === undefined || field.choices === undefined || field.choices.includes(value)) return
  const said = words.oauth.wrongValue(display(value, 60), field.name, field.choices)
  throw new ToknError('usage', said)
}

/** A secret answer of this login, or one that an earlier login left with the session. */
export function secretOf(
  answers: Reach['answers'],
  name: string,
  context: Readonly<Record<string, string>> = {},
): Secret | undefined {
  const value = answers[name] ?? context[name]
  if (value === undefined || value === '') return undefined
  return typeof value === 'string' ? new Secret(value) : value
}

/** What of `secret` is kept with a refresh token, which is useless without it. */
export function keptProofs(
  settings: Settings,
  secret: (name: string) => Secret | undefined,
): Readonly<Record<string, string>> {
  // A key in a file is read from there each time.
  const fromFile = settings['private_key_file'] !== undefined
  const names = fromFile ? ['client_secret'] : ['client_secret', 'private_key']
  return Object.fromEntries(
    names.flatMap((name) => {
      const proof = secret(name)
      return proof === undefined ? [] : [[name, proof.reveal()]]
    }),
  )
}

/** The words of a list: a setting, or scopes as a server writes them. */
export function splitList(value: string | undefined): readonly string[] {
  return (value ?? '').split(/[\s,]+/).filter((word) => word !== '')
}
