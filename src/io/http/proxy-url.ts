import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/** Returns `text` if it can stand in a profile, which holds no secrets; throws `usage` otherwise. */
export function checkProfileProxy(text: string): string {
  if (parseProxy(text).password === '') return text
  throw new ToknError('usage', words.network.proxyPasswordInProfile())
}

/** Throws `usage`, without a piece of `text`, for anything but an HTTP proxy. `from`: where it was read. */
export function parseProxy(text: string, from?: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || url.hostname === '') {
    throw new ToknError('usage', words.network.proxyNotAUrl(from))
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ToknError('usage', words.network.proxyNotSupported(from, url.protocol.slice(0, -1)))
  }
  return url
}
