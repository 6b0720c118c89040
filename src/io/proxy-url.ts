import { ToknError } from '../core/errors.ts'

/** Returns `text` if it can stand in a profile, which holds no secrets; throws `usage` otherwise. */
export function checkProfileProxy(text: string): string {
  if (parseProxy(text).password === '') return text
  throw new ToknError('usage', 'a profile cannot hold the password of a proxy', {
    hint: 'put it into the variable HTTPS_PROXY',
  })
}

/** Throws `usage`, without a piece of `text`, for what is no HTTP proxy. */
export function parseProxy(text: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || url.hostname === '') {
    throw new ToknError('usage', 'the proxy is not a URL', { hint: 'write it as http://host:port' })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ToknError('usage', `a proxy of kind ${url.protocol.slice(0, -1)} is not supported`, {
      hint: 'use an http:// or https:// proxy',
    })
  }
  return url
}
