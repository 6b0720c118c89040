import type { TokenSet } from '../../../core/token.ts'
import { endpointNames } from '../settings/fields.ts'
import type { Settings } from '../settings/in-force.ts'

/**
 * A client that the server has made for us (RFC 7591 section 3.2.1), as the context of its tokens
 * keeps it: the names of the RFC, and what it was registered with. The secret and the token are secret.
 */
export type Registered = Readonly<Record<string, string>> & { readonly client_id: string }

/** The names of all that is kept of a registration. */
export const registrationNames = [
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'token_endpoint_auth_method',
  'registration_client_uri',
  'registration_access_token',
  'registered_at',
  'registered_redirect_uri',
  'registered_scope',
  'registered_here',
] as const

/**
 * What only the session has whose login had the client made: another that was issued with it uses the
 * client, and neither removes it nor logs in with it.
 */
export const ownedNames = [
  'registration_client_uri',
  'registration_access_token',
  'registered_redirect_uri',
  'registered_scope',
  'registered_here',
] as const

/** Whether the session of `context` is the one that the client was made for. */
export function owns(context: TokenSet['context']): boolean {
  return context['registered_here'] !== undefined
}

/** Whether the client of a profile is one that the server makes. */
export function registers(settings: Settings): boolean {
  return settings['register'] === 'true' && settings['client_id'] === undefined
}

/** Whether a client is one of the server with this name, which a user may have typed with a slash. */
export function isOfServer({ registered_at: at }: Registered, issuer: string): boolean {
  return withoutSlash(at) === withoutSlash(issuer)
}

/** The settings that say which server it is, which client, and where that is sent. */
const identity = [
  ...['issuer', 'discovery', 'discovery_text', 'trust_endpoints', ...endpointNames],
  ...['client_id', 'register', 'client_auth', 'private_key_file', 'certificate_file'],
]

export function isSameClient(before: Settings, now: Settings): boolean {
  return identity.every((name) =>
    name === 'issuer'
      ? withoutSlash(before[name]) === withoutSlash(now[name])
      : before[name] === now[name],
  )
}

function withoutSlash(issuer: string | undefined): string | undefined {
  return issuer?.replace(/\/$/, '')
}

/** The registration that `context` keeps, of whatever server, if the profile has no client of its own. */
export function registeredIn(
  settings: Settings,
  context: TokenSet['context'],
): Registered | undefined {
  const { client_id: id, registered_at: at } = context
  if (!registers(settings) || id === undefined || at === undefined) return undefined
  const kept = registrationNames.flatMap((name) => {
    const value = context[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), client_id: id }
}
