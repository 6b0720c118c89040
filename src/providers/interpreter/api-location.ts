import { checkBaseUrl } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { ProviderDefinition } from '../schema/definition.ts'

/** What a profile says of where an API is. */
export interface ProfileUrls {
  readonly baseUrl?: string | undefined
  readonly apiUrls?: readonly string[] | undefined
}

/** Where the requests of one provider may go. */
export interface ApiLocation {
  readonly origin: string
  /** Path that every endpoint is below; empty, or with a leading slash and without a trailing one. */
  readonly prefix: string
  readonly baseUrl: string
  /** Origins that a request of the definition may name. */
  readonly reachable: readonly string[]
  /** Origins that a token may be sent to; the first is where tokens are made. */
  readonly origins: readonly string[]
}

/** Throws `usage` when there is no base URL, or one that no secret may be sent to. */
export function locateApi(definition: ProviderDefinition, site: ProfileUrls): ApiLocation {
  const given = site.baseUrl ?? definition.baseUrl
  if (given === undefined) {
    throw new ToknError('usage', words.requests.noBaseUrl(definition.title), {
      fault: 'no-address',
    })
  }
  const base = new URL(checkBaseUrl(given))
  const prefix = joinPrefix(trimSlashes(base.pathname), definition.basePath ?? '')
  const further = (definition.origins ?? []).map((origin) => originOf(origin, 'an origin'))
  const api = (site.apiUrls ?? definition.apiOrigins ?? []).map((url) =>
    originOf(url, 'an API URL'),
  )
  return {
    origin: base.origin,
    prefix,
    baseUrl: base.origin + prefix,
    reachable: [...new Set([base.origin, ...further])],
    origins: [...new Set([base.origin, ...api, ...further])],
  }
}

function originOf(url: string, what: string): string {
  return new URL(checkBaseUrl(url, what)).origin
}

function trimSlashes(path: string): string {
  return path.replace(/\/+$/, '')
}

/** `/x/api` and `/api/v1` give `/x/api/v1`: a pasted URL may already end with a part of the prefix. */
function joinPrefix(pasted: string, basePath: string): string {
  const wanted = trimSlashes(basePath).split('/').slice(1)
  for (let length = wanted.length; length > 0; length--) {
    const beginning = `/${wanted.slice(0, length).join('/')}`
    if (pasted.endsWith(beginning)) return pasted.slice(0, -beginning.length) + basePath
  }
  return pasted + trimSlashes(basePath)
}
