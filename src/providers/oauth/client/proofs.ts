import type { ServerMetadata } from 'openid-client'
import type { Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import type { ClientAuthMethod } from '../settings/fields.ts'
import type { Settings } from '../settings/in-force.ts'
import { isEncodingSeen } from './basic.ts'

/** What the client can authenticate with. */
export interface ClientCredentials {
  readonly secret?: Secret | undefined
  readonly privateKey?: Secret | undefined
  /** The certificate of the private key, in PEM. */
  readonly certificate?: Secret | undefined
  /** Whether connections show a certificate of the client (RFC 8705). */
  readonly tls: boolean
}

/** Whom an assertion of the client is for: servers want the one or the other. */
export type Audience = 'issuer' | 'token_endpoint'

/** One way for the client to authenticate. */
export interface Proof {
  readonly method: ClientAuthMethod
  /** Of an assertion, where no setting names its audience. */
  readonly audience?: Audience | undefined
}

/** What is known of a client before it asks. */
export interface KnownClient {
  readonly settings: Settings
  readonly credentials: ClientCredentials
  /** What an earlier request, or the registration of the client, has shown. */
  readonly memory: TokenSet['context']
}

/** Best first. Post before Basic: servers disagree about the encoding inside Basic. */
const preferred = [
  'private_key_jwt',
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'tls_client_auth',
] as const

/** By RFC 8414 section 2 a server that lists nothing takes Basic; many take the body as well. */
const unlisted = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'] as const

/**
 * The ways that fit the server, the registration of the client and what it holds, best first; only
 * the one that the profile names, where it names one.
 */
export function proofsFor(server: ServerMetadata, client: KnownClient): readonly Proof[] {
  const audiences = audiencesFor(server, client)
  const proofs = methodsFor(server, client).flatMap((method): Proof[] =>
    isAssertion(method) ? audiences.map((audience) => ({ method, audience })) : [{ method }],
  )
  const best = proofs.filter((proof) => isRemembered(proof, client.memory))
  return [...best, ...proofs.filter((proof) => !best.includes(proof))]
}

/** Methods that what is held would do for, Basic without an encoding too where that is another. */
export function heldMethods({ credentials, settings }: KnownClient): readonly ClientAuthMethod[] {
  const { secret } = credentials
  const raw = secret && isEncodingSeen(settings['client_id'] ?? '', secret.reveal())
  return [...usable(credentials), ...(raw === true ? (['basic_raw'] as const) : [])]
}

/**
 * Those of them that were not `tried` and that the server may take: what it has `offered`, or, where
 * it lists nothing, the usual ones first; then Basic without an encoding, if Basic is among them.
 */
export function methodsLeft(
  client: KnownClient,
  offered: readonly string[] | undefined,
  tried: readonly ClientAuthMethod[],
): readonly ClientAuthMethod[] {
  const held = heldMethods(client)
  const likely: readonly string[] = offered ?? unlisted
  const raw = likely.includes('client_secret_basic') ? (['basic_raw'] as const) : []
  const first = [...held.filter((one) => likely.includes(one)), ...raw]
  const rest = offered === undefined ? held : []
  return [...new Set([...first, ...rest])].filter(
    (method) => held.includes(method) && !tried.includes(method),
  )
}

/** The methods that the server lists; `undefined` where it lists none. */
export function offeredMethods({
  token_endpoint_auth_methods_supported: listed,
}: ServerMetadata): readonly string[] | undefined {
  const said: unknown = listed
  if (!Array.isArray(said)) return undefined
  const names = said.filter((one) => typeof one === 'string')
  // The same on the wire (RFC 8705 section 2.2).
  return names.map((one) => (one === 'self_signed_tls_client_auth' ? 'tls_client_auth' : one))
}

/** What the session keeps of a proof that was taken. */
export function rememberProof({ method, audience }: Proof): TokenSet['context'] {
  if (method === 'none') return {}
  return { client_auth: method, ...(audience === undefined ? {} : { client_audience: audience }) }
}

const remembered: ReadonlySet<string> = new Set([
  'client_auth',
  'client_audience',
  'grant_audience',
  'token_endpoint_auth_method',
])

/** Of `context` what helps another login of the same client. */
export function memoryIn(context: TokenSet['context'] = {}): TokenSet['context'] {
  return Object.fromEntries(Object.entries(context).filter(([name]) => remembered.has(name)))
}

/** Whether `proof` is the one that the token endpoint took before. */
export function isRemembered({ method, audience }: Proof, memory: TokenSet['context']): boolean {
  if (memory['client_auth'] !== method) return false
  return audience === undefined || audience === memory['client_audience']
}

function methodsFor(
  server: ServerMetadata,
  { settings, credentials, memory }: KnownClient,
): readonly ClientAuthMethod[] {
  const named = settings['client_auth'] as ClientAuthMethod | undefined
  if (named !== undefined) return [named]
  const held = usable(credentials)
  if (held.length === 0) return ['none']
  const offered = offeredMethods(server)
  const listed = offered === undefined ? [] : held.filter((one) => offered.includes(one))
  const fitting: readonly ClientAuthMethod[] =
    listed.length > 0 ? listed : unlisted.filter((one) => held.includes(one))
  const { secret } = credentials
  const rawToo =
    fitting.includes('client_secret_basic') &&
    isEncodingSeen(settings['client_id'] ?? '', secret?.reveal() ?? '')
  const all: readonly ClientAuthMethod[] = rawToo ? withRaw(fitting, listed.length > 0) : fitting
  const before = [memory['client_auth'], memory['token_endpoint_auth_method']].flatMap(
    (name) => [...held, 'basic_raw' as const].find((one) => one === name) ?? [],
  )
  const methods = [...new Set([...before, ...all])].filter(
    (one) => one !== 'basic_raw' || secret !== undefined,
  )
  return methods.length > 0 ? methods : ['none']
}

/** Basic without an encoding after Basic, where the server lists that; else after all. */
function withRaw(
  methods: readonly ClientAuthMethod[],
  isListed: boolean,
): readonly ClientAuthMethod[] {
  if (!isListed) return [...methods, 'basic_raw']
  return methods.flatMap((one) => (one === 'client_secret_basic' ? [one, 'basic_raw'] : [one]))
}

/** The methods that what is held does for. */
function usable({ secret, privateKey, tls }: ClientCredentials) {
  return preferred.filter((method) => {
    if (method === 'private_key_jwt') return privateKey !== undefined
    return method === 'tls_client_auth' ? tls : secret !== undefined
  })
}

/**
 * RFC 7523 section 3 left it open; its successor wants the issuer (draft-ietf-oauth-rfc7523bis), and
 * many servers take their token endpoint only.
 */
function audiencesFor(
  { issuer, token_endpoint: endpoint }: ServerMetadata,
  { settings }: KnownClient,
): readonly (Audience | undefined)[] {
  if (settings['assertion_audience'] !== undefined) return [undefined]
  if (endpoint === undefined || endpoint === issuer) return ['issuer']
  // Without an issuer nobody knows what the server calls itself.
  return settings['issuer'] === undefined
    ? ['token_endpoint', 'issuer']
    : ['issuer', 'token_endpoint']
}

function isAssertion(method: ClientAuthMethod): boolean {
  return method === 'private_key_jwt' || method === 'client_secret_jwt'
}
