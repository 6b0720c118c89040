import { ToknError } from './errors.ts'
import { isLoopbackAddress } from './loopback.ts'
import { display } from './text.ts'
import { words } from '../messages/words.ts'

/**
 * Whether `url` names this very machine: 127.0.0.0/8, [::1] or localhost, after normalisation, and
 * nothing that merely resolves to it.
 */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || isLoopbackAddress(url.hostname)
}

/** Whether requests with secrets may go to `url`: https anywhere, http to this machine only. */
export function isConfidential(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

/** Whether nothing stands before the host of `url`: neither a user name nor a password. */
export function hasNoUser({ username, password }: URL): boolean {
  return username === '' && password === ''
}

/**
 * A base URL as it is kept: https, or http to this very machine; no credentials, query or fragment;
 * no slash at the end, no dot behind the host, the host in ASCII. Throws `usage` that names `what`.
 */
export function checkBaseUrl(text: string, what = 'the base URL'): string {
  const trimmed = text.trim()
  const url = trimmed.length <= 2_048 && URL.canParse(trimmed) ? new URL(trimmed) : undefined
  const shown = () => display(trimmed.replace(/\/\/[^/]*@/, '//'), 120)
  // A URL parser drops tabs and line breaks silently: then what is read is not what was written.
  const web = /^https?:$/.test(url?.protocol ?? '') && !/[\s\u0000-\u001f]/.test(trimmed)
  if (url === undefined || !web || url.port === '0') {
    throw new ToknError('usage', words.core.notAUrl(what, shown()))
  }
  if (!hasNoUser(url) || /[?#]/.test(url.href)) {
    throw new ToknError('usage', words.core.moreThanAPlace(what))
  }
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '')
  if (!isConfidential(url)) {
    throw new ToknError('usage', words.core.notEncrypted(what, shown()))
  }
  return url.href.replace(/\/+$/, '')
}

/**
 * A base URL without the path of a request at its end, as it is pasted from a vendor's document.
 * `paths` are those of the API's requests: the longest that fits is cut off, whole segments alone;
 * `{...}` stands for one segment. The same URL where none fits.
 */
export function withoutRequestPath(baseUrl: string, paths: readonly string[]): string {
  const url = new URL(baseUrl)
  const given = segmentsOf(url.pathname)
  const fitting = paths.map(segmentsOf).filter((wanted) => endsWith(given, wanted))
  const cut = Math.max(0, ...fitting.map((wanted) => wanted.length))
  if (cut === 0) return baseUrl
  url.pathname = given.slice(0, -cut).join('/')
  return url.href.replace(/\/+$/, '')
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function endsWith(given: readonly string[], wanted: readonly string[]): boolean {
  // One of placeholders alone would fit every path.
  if (wanted.every(isPlaceholder) || wanted.length > given.length) return false
  const end = given.slice(given.length - wanted.length)
  return wanted.every((segment, index) => isPlaceholder(segment) || segment === end[index])
}

function isPlaceholder(segment: string): boolean {
  return segment.includes('{')
}
