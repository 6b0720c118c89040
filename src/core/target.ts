import { isLoopback } from './base-url.ts'

/**
 * Where a tool is going to send what it asks for, as the tool spells it: a whole URL or, where its
 * protocol knows no scheme, a host with or without a port.
 */
export type Target =
  { readonly kind: 'url'; readonly url: string } | { readonly kind: 'host'; readonly host: string }

/** Characters; what is longer names no place. */
const longest = 8_192

/**
 * The origins that `target` names, spelled as origins are kept; none for anything but the plainest
 * spelling of one. A parser would make more of it than is written: whoever sends the token may have
 * another, and see another host.
 */
export function originsNamedBy(target: Target): readonly string[] {
  if (target.kind === 'host') {
    const { host } = target
    // Where no port is said, it is that of https.
    const schemes = /:[0-9]+$/.test(host) ? ['https', 'http'] : ['https']
    return schemes.flatMap((scheme) => originAt(scheme, host))
  }
  const { url } = target
  if (url.length > longest) return []
  const [, scheme, authority] =
    /^(https?):\/\/([^\s/?#\\@\u0000-\u001f\u007f]+)(?:[/?#][^\s\\\u0000-\u001f\u007f]*)?$/.exec(
      url,
    ) ?? []
  return scheme === undefined || authority === undefined ? [] : originAt(scheme, authority)
}

/** The origin, if this is how it is spelled; http is for this very machine alone. */
function originAt(scheme: string, authority: string): readonly string[] {
  const usual = scheme === 'https' ? ':443' : ':80'
  const [, host, port = ''] =
    /^(\[[0-9a-f:.]+\]|[^\s:[\]/?#\\@]+)(:[0-9]{1,5})?$/.exec(authority) ?? []
  if (host === undefined) return []
  const origin = `${scheme}://${host}${port === usual ? '' : port}`
  if (!URL.canParse(origin)) return []
  const url = new URL(origin)
  return url.origin === origin && (scheme === 'https' || isLoopback(url)) ? [origin] : []
}
