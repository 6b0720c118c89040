import { isToknError, ToknError } from '../../../core/errors.ts'
import { isObject, ownString } from '../../../core/json.ts'
import type { HttpReply } from '../../../core/ports.ts'
import { quoteWord } from '../../../core/quoting.ts'
import { isTransient } from '../../../core/retry.ts'
import { quoteForeign } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { describeInstead, readBody } from '../../replies/body.ts'
import { typeable } from '../server/origins.ts'
import type { Transport } from '../server/transport.ts'
import { splitList } from '../settings/in-force.ts'
import { readBearerChallenge, type BearerChallenge } from './challenge.ts'
import { isAbout, isAuthorizationServer, metadataAddresses, namedMetadata } from './resource-url.ts'

/** What a protected resource says of itself (RFC 9728 section 2), checked. */
export interface ProtectedResource {
  /** As its metadata names it: what is sent as `resource`. */
  readonly resource: string
  /** Where its metadata are. */
  readonly metadata: URL
  /** Issuers; at least one. */
  readonly servers: readonly string[]
  /** Of its challenge, else those that it supports; empty where it names none. */
  readonly scopes: readonly string[]
  /** Whether it takes only tokens that are bound to a key (RFC 9449). */
  readonly bound: boolean
}

/** In milliseconds: one that answers with an endless stream has no challenge. */
const probeTime = 10_000
const mostServers = 20
const mostScopes = 100
// RFC 6749 appendix A.4.
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/

/**
 * Asks a resource, without credentials, who protects it. Throws `provider_nonsense` for metadata of
 * something else, or that send elsewhere; `unsupported` where there are none; what a request throws.
 */
export async function findProtectedResource(
  transport: Transport,
  resource: URL,
): Promise<ProtectedResource> {
  const challenge = await readChallenge(transport, resource)
  const { address, document } = await findDocument(transport, resource, challenge)
  return readMetadata(resource, address, document, challenge)
}

async function readChallenge(transport: Transport, url: URL): Promise<BearerChallenge> {
  // Not a stream of events: a server that asks for no token would begin one.
  const headers = [['accept', 'application/json']] as const
  try {
    const request = { method: 'GET', url, headers, timeout: probeTime }
    const { status, headers: answered } = await transport.send(request, 'resource')
    return status === 401 ? readBearerChallenge(answered) : {}
  } catch (error) {
    // It is there, and says nothing of a login: its metadata may all the same.
    if (isToknError(error, 'provider_nonsense')) return {}
    if (isToknError(error, 'network') && error.details.sent === true) return {}
    throw error
  }
}

interface Found {
  readonly address: URL
  readonly document: Readonly<Record<string, unknown>>
}

async function findDocument(
  transport: Transport,
  resource: URL,
  { metadata: named }: BearerChallenge,
): Promise<Found> {
  const shown = display(resource.href, 200)
  if (named !== undefined) {
    const address = namedMetadata(named, resource)
    if (address === undefined) {
      const said = words.oauthResource.foreignMetadata(shown, quoteForeign(named, 200))
      throw new ToknError('provider_nonsense', said)
    }
    const read = await readDocument(transport, address)
    if (typeof read === 'object') return { address, document: read }
    const said = words.oauthResource.unreadableMetadata(shown, display(address.href, 200), read)
    throw new ToknError('provider_nonsense', said)
  }
  const addresses = metadataAddresses(resource)
  for (const address of addresses) {
    const document = await readDocument(transport, address)
    if (typeof document === 'object') return { address, document }
  }
  const tried = addresses.map(({ href }) => display(href, 200))
  const said = words.oauthResource.noMetadata(
    shown,
    quoteWord(display(resource.origin, 120)),
    tried,
  )
  throw new ToknError('unsupported', said)
}

/** The document, or what is there instead. */
async function readDocument(
  transport: Transport,
  url: URL,
): Promise<Readonly<Record<string, unknown>> | string> {
  const headers = [['accept', 'application/json']] as const
  const request = { method: 'GET', url, headers, purpose: 'resource metadata' }
  const reply = await transport.send(request, 'discovery').catch((error: unknown) => {
    if (isToknError(error, 'provider_nonsense')) return error.message
    throw error
  })
  return typeof reply === 'string' ? reply : readObject(reply, url)
}

function readObject(reply: HttpReply, url: URL): Readonly<Record<string, unknown>> | string {
  const { status } = reply
  if (status < 200 || status >= 300) {
    if (!isTransient(status)) return words.oauth.status(status)
    const said = words.oauthResource.notNow(display(url.host, 120), status)
    throw new ToknError(status === 429 ? 'rate_limited' : 'network', said, { http: { status } })
  }
  const body = readBody(reply)
  if (body.kind !== 'data') return describeInstead(body)
  return isObject(body.value) ? body.value : words.replies.notAnObject()
}

function readMetadata(
  resource: URL,
  metadata: URL,
  document: Readonly<Record<string, unknown>>,
  challenge: BearerChallenge,
): ProtectedResource {
  const shown = display(resource.href, 200)
  const named = ownString(document, 'resource')
  if (named === undefined || !isAbout(named, resource)) {
    const other = named === undefined ? undefined : quoteForeign(named, 200)
    const said = words.oauthResource.anotherResource(shown, other, typeable(named))
    throw new ToknError('provider_nonsense', said)
  }
  const listed = textsOf(document['authorization_servers']).slice(0, mostServers)
  const servers = [...new Set(listed)].filter((one) => isAuthorizationServer(one, resource))
  if (servers.length === 0) {
    const refused = listed.map((one) => quoteForeign(one, 120))
    throw new ToknError('provider_nonsense', words.oauthResource.noServer(shown, refused))
  }
  const wanted = splitList(challenge.scope)
  const scopes = wanted.length > 0 ? wanted : textsOf(document['scopes_supported'])
  return {
    resource: named,
    metadata,
    servers,
    scopes: [...new Set(scopes)].filter((one) => scopeToken.test(one)).slice(0, mostScopes),
    bound: document['dpop_bound_access_tokens_required'] === true,
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string' && one !== '') : []
}
