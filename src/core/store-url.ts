import { ToknError } from './errors.ts'
import { words } from '../messages/words.ts'

/**
 * The address of a store for many machines, as `profile` has it. Throws `usage` for what is no
 * address, and for one with a password in it.
 */
export function checkStoreUrl(text: string, profile: string): string {
  const what = words.storeCommands.urlOfProfile(profile)
  const url = readStoreUrl(text, what)
  if (holdsPassword(url)) throw new ToknError('usage', words.storeCommands.passwordInUrl(what))
  return text
}

/** Any address of a store, with a password or without. Throws `usage`; quotes nothing of it. */
export function readStoreUrl(text: string, what: string): URL {
  // The end of a password may be there, which has moved all the rest.
  if (text.includes('#')) throw new ToknError('usage', words.storeCommands.hashInUrl(what))
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (isCutShort(url, text)) throw new ToknError('usage', words.storeCommands.cutShortUrl(what))
  if (url === undefined && namesSeveral(text)) {
    throw new ToknError('usage', words.storeCommands.severalPorts(what))
  }
  if (url === undefined || schemeOf(text) === undefined) {
    throw new ToknError('usage', words.storeCommands.notAStoreUrl(what))
  }
  if (text.includes('%00')) throw new ToknError('usage', words.storeCommands.zeroInUrl(what))
  return url
}

/** What an address begins with, in small letters: it may be in any (RFC 3986, section 3.1). */
export function schemeOf(text: string): string | undefined {
  return /^[a-z][a-z0-9+]*:(?=\/\/)/i.exec(text)?.[0].toLowerCase()
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

function holdsPassword(url: URL): boolean {
  return url.password !== '' || [...url.searchParams.keys()].some(isPassword)
}

function isPassword(name: string): boolean {
  return /passw|secret|token/i.test(name)
}
