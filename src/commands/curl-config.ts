import type { Profile } from '../core/profile.ts'
import { headerLines, type Carried } from '../session/carry.ts'

/** Lines of a curl configuration file (`curl -K`) that carry the token, and the URLs to fetch. */
export function curlConfig(carried: Carried, urls: readonly URL[] = []): string {
  const headers = headerLines(carried).map(
    ([name, value]) => `header = ${quote(`${name}: ${value}`)}\n`,
  )
  const query =
    urls.length > 0
      ? []
      : carried.query.map(([name, value]) => `url-query = ${quote(`${name}=${value}`)}\n`)
  const places = urls.map((url) => `url = ${quote(withQuery(url, carried).href)}\n`)
  return [...headers, ...query, ...places].join('')
}

/** The client certificate of a profile, to which a server may have bound its tokens (RFC 8705). */
export function curlIdentity({ certificate, key }: Profile): string {
  return certificate === undefined || key === undefined
    ? ''
    : `cert = ${quote(certificate)}\nkey = ${quote(key)}\n`
}

function withQuery(url: URL, { query }: Carried): URL {
  const full = new URL(url)
  for (const [name, value] of query) full.searchParams.append(name, value)
  return full
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
