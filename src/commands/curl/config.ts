import type { Way } from '../../core/process.ts'
import { headerLines, queryText, type AttachedToken } from '../../session/attach-token.ts'

/** Lines of a curl configuration file (`curl -K`) that carry the token. */
export function curlConfig(carried: AttachedToken): string {
  return [
    ...headerLines(carried).map(([name, value]) => line('header', `${name}: ${value}`)),
    ...carried.query.map(([name, value]) => line('url-query', `${name}=${value}`)),
  ].join('')
}

/** What one call of curl is told by its configuration alone, and by no argument. */
interface CurlRequest {
  readonly carried: AttachedToken
  /** Whole headers, `Name: value`. */
  readonly headers: readonly string[]
  /** Further ones, `name=value`. */
  readonly cookies: readonly string[]
  readonly urls: readonly URL[]
  readonly way: Way
}

export function curlRequestConfig(request: CurlRequest): string {
  const { carried, headers, urls, way } = request
  const cookies = [...carried.cookies.map((pair) => pair.join('=')), ...request.cookies]
  return [
    ...carried.headers.map(([name, value]) => line('header', `${name}: ${value}`)),
    ...(cookies.length === 0 ? [] : [line('cookie', cookies.join('; '))]),
    ...headers.map((header) => line('header', header)),
    ...wayLines(way),
    ...urls.map((url) => line('url', withQuery(url, carried).href)),
  ].join('')
}

function wayLines({ proxy, authorities, certificate, key }: Way): readonly string[] {
  return [
    ...(proxy === undefined ? [] : [line('proxy', withPort(proxy))]),
    ...(authorities === undefined
      ? []
      : [line('cacert', authorities), line('proxy-cacert', authorities)]),
    // What follows a colon would be a password to curl.
    ...(certificate === undefined ? [] : [line('cert', certificate.replace(/[\\:]/g, '\\$&'))]),
    ...(key === undefined ? [] : [line('key', key)]),
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

function line(name: string, value: string): string {
  return `${name} = "${value.replace(/["\\\n\r\t\v]/g, (sign) => escapes[sign] ?? `\\${sign}`)}"\n`
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}
