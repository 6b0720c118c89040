import { checkBaseUrl, isConfidential } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { endpointNames, splitList, type Settings } from './settings.ts'

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
  if (url !== undefined && isConfidential(url) && url.username === '' && url.hash === '') return url
  throw new ToknError('usage', words.oauth.endpointNotHttps(name, display(text, 120)))
}

/** The origin of `text`, which may be a whole URL. Throws `usage`. */
export function originOf(text: string, what: string): string {
  return new URL(checkBaseUrl(text, what)).origin
}

/** Origins where the issuer's endpoints may be. */
export function trustedOrigins(issuer: URL | undefined, settings: Settings): ReadonlySet<string> {
  const own = endpointNames.flatMap((name) => {
    const endpoint = settings[name]
    return endpoint === undefined ? [] : [checkEndpoint(endpoint, name).origin]
  })
  const trusted = splitList(settings['trust_endpoints']).map((origin) =>
    originOf(origin, 'the trusted endpoint'),
  )
  return new Set([...(issuer === undefined ? [] : [issuer.origin]), ...own, ...trusted])
}

/**
 * Throws `provider_nonsense` when a discovery document sends us anywhere but to the issuer's own
 * origin, those trusted by name, or over plain http: whoever can edit the document would get the
 * tokens.
 */
export function checkMetadata(
  metadata: Readonly<Record<string, unknown>>,
  trusted: ReadonlySet<string>,
): void {
  const aliases = metadata['mtls_endpoint_aliases']
  const all = { ...(typeof aliases === 'object' ? aliases : {}) } as Record<string, unknown>
  const values = endpointNames.flatMap((name) => [
    [name, metadata[name]] as const,
    [name, all[name]] as const,
  ])
  const foreign = new Set<string>()
  for (const [name, value] of values) {
    if (value === undefined || value === null) continue
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
    if (url === undefined || !isConfidential(url) || url.username !== '') {
      throw new ToknError('provider_nonsense', words.oauth.metadataNotHttps(name))
    }
    if (!trusted.has(url.origin)) foreign.add(url.origin)
  }
  if (foreign.size === 0) return
  const origins = [...foreign]
  const shown = display(origins.join(', '), 300)
  const flags = origins.map((one) => display(one, 120))
  throw new ToknError('provider_nonsense', words.oauth.foreignEndpoints(shown, flags))
}
