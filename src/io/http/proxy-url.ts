import { ToknError } from '../../core/errors.ts'

/** Returns `text` if it can stand in a profile, which holds no secrets; throws `usage` otherwise. */
export function checkProfileProxy(text: string): string {
  if (parseProxy(text).password === '') return text
  throw new ToknError('usage', 'a profile cannot hold the password of a proxy', {
    hint: 'put it into the variable HTTPS_PROXY',
  })
}

/** Throws `usage`, without a piece of `text`, for what is no HTTP proxy. `from`: where it was read. */
export function parseProxy(text: string, from?: string): URL {
  const named = from === undefined ? 'the proxy' : `the proxy in ${from}`
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || url.hostname === '') {
    throw new ToknError('usage', `${named} is not a URL`, { hint: 'write it as http://host:port' })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const kind = url.protocol.slice(0, -1)
    const inFront = /^all_proxy$/i.test(from ?? '') ? ' (HTTPS_PROXY wins over it)' : ''
    throw new ToknError('usage', `${named} is of the kind ${kind}, which is not supported`, {
      hint: `use an http:// or https:// proxy${inFront}, or none: NO_PROXY='*'`,
    })
  }
  return url
}
