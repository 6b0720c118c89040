import { ToknError } from './errors.ts'
import { namesPassword, requireStoreUrl } from './strange-store-url.ts'
import { words } from '../messages/words.ts'

/**
 * The address of a store for many machines, as `profile` has it. Throws `usage` for what is no
 * address, and for one with a password in it.
 */
export function checkStoreUrl(text: string, profile: string): string {
  const what = words.storeCommands.urlOfProfile(profile)
  const url = readStoreUrl(text, what)
  const holds = url.password !== '' || (url.search !== '' && namesPassword(url))
  if (holds) throw new ToknError('usage', words.storeCommands.passwordInUrl(what))
  return text
}

/** Any address of a store, with a password or without. Throws `usage`; quotes nothing of it. */
export function readStoreUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const told = schemeOf(text) === undefined ? undefined : url
  if (told !== undefined && !/#|%00|\/\/[^/?]+[/?].*@/.test(text)) return told
  return requireStoreUrl(text, told, what)
}

/** What an address begins with, in small letters: it may be in any (RFC 3986, section 3.1). */
export function schemeOf(text: string): string | undefined {
  return /^[a-z][a-z0-9+]*:(?=\/\/)/i.exec(text)?.[0].toLowerCase()
}
