import type { Route } from '../../core/process.ts'
import { queryText, type AttachedToken } from '../../session/attach-token.ts'
import { curlLine } from '../output/curl.ts'

/** What one call of curl is told by its configuration alone, and by no argument. */
interface CurlRequest {
  readonly carried: AttachedToken
  /** Whole headers, `Name: value`. */
  readonly headers: readonly string[]
  /** Further ones, `name=value`. */
  readonly cookies: readonly string[]
  readonly urls: readonly URL[]
  readonly route: Route
}

export function curlRequestConfig(request: CurlRequest): string {
  const { carried, headers, urls, route } = request
  const cookies = [...carried.cookies.map((pair) => pair.join('=')), ...request.cookies]
  return [
    ...carried.headers.map(([name, value]) => curlLine('header', `${name}: ${value}`)),
    ...(cookies.length === 0 ? [] : [curlLine('cookie', cookies.join('; '))]),
    ...headers.map((header) => curlLine('header', header)),
    ...routeLines(route),
    ...urls.map((url) => curlLine('url', withQuery(url, carried).href)),
  ].join('')
}

function routeLines({ proxy, authorities, certificate, key }: Route): readonly string[] {
  return [
    ...(proxy === undefined ? [] : [curlLine('proxy', withPort(proxy))]),
    ...(authorities === undefined
      ? []
      : [curlLine('cacert', authorities), curlLine('proxy-cacert', authorities)]),
    // What follows a colon would be a password to curl.
    ...(certificate === undefined ? [] : [curlLine('cert', certificate.replace(/[\\:]/g, '\\$&'))]),
    ...(key === undefined ? [] : [curlLine('key', key)]),
  ]
}

/** Without a port curl would take 1080. */
function withPort({ protocol, username, password, hostname, port }: URL): string {
  const user = username === '' && password === '' ? '' : `${username}:${password}@`
  const usual = protocol === 'https:' ? '443' : '80'
  return `${protocol}//${user}${hostname}:${port === '' ? usual : port}`
}

/** The query as the user wrote it, and the token's behind it. */
function withQuery(url: URL, carried: AttachedToken): URL {
  if (carried.query.length === 0) return url
  const full = new URL(url)
  full.search = `${url.search === '' ? '?' : `${url.search}&`}${queryText(carried)}`
  return full
}
