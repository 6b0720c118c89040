import { hasNoUser, isConfidential, isLoopback } from '../../../core/base-url.ts'
import { ToknError } from '../../../core/errors.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'

const suffix = '/.well-known/oauth-protected-resource'

/** The resource that a user means. Throws `usage`. */
export function checkResource(text: string): URL {
  const trimmed = text.trim()
  const url = trimmed.length <= 2_048 ? readUrl(trimmed) : undefined
  if (url !== undefined) return url
  throw new ToknError('usage', words.oauthResource.notAResource(display(trimmed, 120)))
}

/** An absolute URL to which nothing goes in clear; `undefined` for anything else. */
function readUrl(text: string): URL | undefined {
  // A parser drops tabs and line breaks silently: then what is read is not what was written.
  if (!URL.canParse(text) || /[\s\u0000-\u001f]/.test(text) || text.includes('#')) return undefined
  const url = new URL(text)
  return hasNoUser(url) && isConfidential(url) && url.port !== '0' ? url : undefined
}

/**
 * Where the metadata of a resource may be: the well-known part between host and path (RFC 9728
 * section 3.1), then at the root, as MCP has it for servers with a path.
 */
export function metadataAddresses({ origin, pathname, search }: URL): readonly URL[] {
  const path = pathname === '/' ? '' : pathname
  const places = [`${path}${search}`, `${path.replace(/\/$/, '')}${search}`, '']
  return [...new Set(places)].map((place) => new URL(`${origin}${suffix}${place}`))
}

/** The address of metadata that a challenge of `resource` names; `undefined` where it is foreign. */
export function namedMetadata(text: string, resource: URL): URL | undefined {
  const url = text.length <= 2_048 ? readUrl(text) : undefined
  return url?.origin === resource.origin ? url : undefined
}

/**
 * Whether metadata for `named` is about `resource` (RFC 9728 section 3.3): the very same, or a place
 * above it at the same origin, as many servers name themselves.
 */
export function isAbout(named: string, resource: URL): boolean {
  const url = named.length <= 2_048 ? readUrl(named) : undefined
  if (url?.origin !== resource.origin) return false
  if (url.search !== '' && url.search !== resource.search) return false
  const [above, below] = [url, resource].map(({ pathname }) => pathname.replace(/\/*$/, '/'))
  return (below ?? '').startsWith(above ?? '')
}

/**
 * Whether the metadata of `resource` may name `text` as an authorization server. One of this machine
 * is named by this machine alone: nobody elsewhere decides what is asked here.
 */
export function isAuthorizationServer(text: string, resource: URL): boolean {
  const url = text.length <= 2_048 ? readUrl(text) : undefined
  if (url === undefined || url.search !== '') return false
  return !isLoopback(url) || isLoopback(resource)
}
