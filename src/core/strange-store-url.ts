import { ToknError } from './errors.ts'
import { words } from '../messages/words.ts'

/**
 * What is strange at first sight. `url`: the address as it was parsed, if it is one with a scheme. Throws
 * `usage` with what is wrong with it.
 */
export function requireStoreUrl(text: string, url: URL | undefined, what: string): URL {
  const { hashInUrl, cutShortUrl, severalPorts, notAStoreUrl, zeroInUrl } = words.storeCommands
  // The end of a password may be there, which has moved all the rest.
  if (text.includes('#')) throw new ToknError('usage', hashInUrl(what))
  if (isCutShort(url, text)) throw new ToknError('usage', cutShortUrl(what))
  if (url === undefined) {
    throw new ToknError('usage', namesSeveral(text) ? severalPorts(what) : notAStoreUrl(what))
  }
  if (text.includes('%00')) throw new ToknError('usage', zeroInUrl(what))
  return url
}

/** Whether a `/` or `?` of a password has ended it: what is before that would be taken for the host. */
function isCutShort(url: URL | undefined, text: string): boolean {
  if (url === undefined) return /^[^/]*:\/\/[^/?]+[/?].*@/.test(text)
  const { host, pathname, searchParams } = url
  return host !== '' && [pathname, ...searchParams.keys()].some((part) => part.includes('@'))
}

/** Whether hosts have a port each, as some clients write it. */
function namesSeveral(text: string): boolean {
  return /^[^/]*:\/\/[^/?#]*:\d+,/.test(text)
}

/** `text` without the password that is in it, if one is, and without a name beside that password. */
export function withoutPassword(text: string): string {
  const url = new URL(text)
  url.password = ''
  for (const name of [...url.searchParams.keys()]) {
    if (isPassword(name)) url.searchParams.delete(name)
  }
  return url.href
}

/** Whether something behind the `?` of an address is a password by its name. */
export function namesPassword(url: URL): boolean {
  return [...url.searchParams.keys()].some(isPassword)
}

function isPassword(name: string): boolean {
  return /passw|secret|token/i.test(name)
}
