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
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined && namesSeveral(text)) {
    throw new ToknError('usage', words.storeCommands.severalPorts(what))
  }
  const told = url !== undefined && /^[a-z][a-z0-9+]*:$/.test(url.protocol)
  if (!told || !text.includes('://')) {
    throw new ToknError('usage', words.storeCommands.notAStoreUrl(what))
  }
  // The end of a password may be there, which has moved all the rest.
  if (url.hash !== '') throw new ToknError('usage', words.storeCommands.hashInUrl(what))
  return url
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
