import { checkBaseUrl, hasNoUser, isConfidential } from '../../../core/base-url.ts'
import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import { quoteWord } from '../../../core/quoting.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { endpointNames } from '../settings/fields.ts'
import { splitList, type Settings } from '../settings/in-force.ts'
import type { Metadata } from './metadata.ts'

/** Whether `discovery` is an address, and not the path of a file. */
export function isWebAddress(discovery: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(discovery)
}

const wellKnown = /\/\.well-known\/(openid-configuration|oauth-authorization-server)(\/.*)?$/

/**
 * The issuer that a user means, who may have pasted the address of its discovery document. Keeps a
 * trailing slash: it is part of the issuer's name (RFC 8414 section 3.3). Throws `usage`.
 */
export function checkIssuer(text: string): URL {
  const trimmed = text.trim()
  checkBaseUrl(trimmed, 'the issuer')
  const url = new URL(trimmed)
  // RFC 8414 puts the well-known part between host and path, OpenID Connect at the end.
  url.pathname = url.pathname.replace(wellKnown, (_, _kind, path: string | undefined) => path ?? '')
  return url
}

/** An endpoint that a profile names. Throws `usage`. */
export function checkEndpoint(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && isPlainAddress(url)) return url
  const { endpointNotHttps, endpointNotPlain } = words.oauth
  const said = url !== undefined && isConfidential(url) ? endpointNotPlain : endpointNotHttps
  throw new ToknError('usage', said(name, withoutUser(text)))
}

function isPlainAddress(url: URL): boolean {
  return isConfidential(url) && hasNoUser(url) && url.hash === ''
}

/** An address for the eye: what stands before the host may be a password. */
function withoutUser(text: string): string {
  return display(text.replace(/\/\/[^/]*@/, '//'), 120)
}

/** The origin of `text`, which may be a whole URL. Throws `usage`. */
export function originOf(text: string, what: string): string {
  return new URL(checkBaseUrl(text, what)).origin
}

/** Where the user saw the document of an issuer, where the whole address of one was given for it. */
export function pastedAddress(issuer: string): URL | undefined {
  const url = URL.canParse(issuer.trim()) ? new URL(issuer.trim()) : undefined
  return url !== undefined && wellKnown.test(url.pathname) ? url : undefined
}

/** The address of a discovery document. Throws `usage`. */
export function checkAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && isPlainAddress(url)) return url
  throw new ToknError('usage', words.oauthServer.notADiscoveryUrl(withoutUser(text)))
}

/** Origins that the user has named: where endpoints may be, whatever a document says. */
export function trustedOrigins(settings: Settings): ReadonlySet<string> {
  const { issuer, discovery } = settings
  const own = endpointNames.flatMap((name) => {
    const endpoint = settings[name]
    return endpoint === undefined ? [] : [checkEndpoint(endpoint, name).origin]
  })
  const trusted = splitList(settings['trust_endpoints']).map((origin) =>
    originOf(origin, 'the trusted endpoint'),
  )
  return new Set([
    ...(issuer === undefined ? [] : [checkIssuer(issuer).origin]),
    ...(discovery !== undefined && isWebAddress(discovery) ? [checkAddress(discovery).origin] : []),
    ...own,
    ...trusted,
  ])
}

/** Endpoints that nothing secret is sent to: a browser goes there, with what the user agrees to. */
const spared: ReadonlySet<string> = new Set(['end_session_endpoint'])

/**
 * The metadata without those endpoints that are no use. Throws `provider_nonsense` when a document
 * sends us anywhere but to the origins that the user has named (`byFile` too), or over plain http: whoever can edit
 * the document would get the tokens.
 */
export function checkMetadata(
  metadata: Metadata,
  settings: Settings,
  byFile: readonly string[] = [],
): Metadata {
  const trusted = new Set([...trustedOrigins(settings), ...byFile])
  const aliases = metadata['mtls_endpoint_aliases']
  const foreign = new Set<string>()
  const found = [metadata, ...(isObject(aliases) ? [aliases] : [])].flatMap((one) =>
    endpointNames.map((name) => [name, one[name]] as const),
  )
  const useless: string[] = []
  for (const [name, value] of found) {
    if (value === undefined) continue
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
    const isHttps = url !== undefined && isConfidential(url)
    const usable = isHttps && hasNoUser(url)
    if (usable && trusted.has(url.origin)) continue
    if (spared.has(name)) useless.push(name)
    else if (usable) foreign.add(url.origin)
    else {
      const said = isHttps ? words.oauth.metadataWithUser : words.oauth.metadataNotHttps
      throw new ToknError('provider_nonsense', said(name), { sent: false })
    }
  }
  if (foreign.size > 0 && byFile.length > 0) {
    const said = words.oauthServer.fileChanged(display([...foreign].join(', '), 300))
    throw new ToknError('provider_nonsense', said, { sent: false })
  }
  if (foreign.size > 0) throw foreignEndpoints([...foreign], metadata, settings)
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !useless.includes(name)))
}

function foreignEndpoints(
  origins: readonly string[],
  { issuer }: Metadata,
  settings: Settings,
): ToknError {
  const shown = display(origins.join(', '), 300)
  const named = settings['discovery'] === undefined ? undefined : typeable(issuer)
  // The issuer of the document, where nobody has named one, stands for its origin.
  const place =
    named === undefined || settings['issuer'] !== undefined ? undefined : new URL(named).origin
  const flags = origins.map((one) =>
    one === place ? `--issuer ${named}` : `--trust-endpoint ${quoteWord(display(one, 120))}`,
  )
  const said =
    settings['discovery'] === undefined
      ? words.oauth.foreignEndpoints
      : words.oauthServer.foreignEndpoints
  // Nothing but the question for the document was sent: nothing is lost, or in doubt.
  return new ToknError('provider_nonsense', said(shown, flags), { sent: false })
}

/** An issuer of a document, where it can be typed into a shell as it is. */
export function typeable(issuer: unknown): string | undefined {
  const plain = typeof issuer === 'string' && /^https?:\/\/[\w.:[\]/~-]{1,300}$/.test(issuer)
  return plain && URL.canParse(issuer) ? issuer : undefined
}
