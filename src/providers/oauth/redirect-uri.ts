import { isLoopback } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import type { ListenOptions } from '../../core/callback.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Settings } from './settings.ts'

/**
 * Where to listen for the browser: any free port of 127.0.0.1 (RFC 8252 section 7.3), or what the
 * client registered. Throws `usage` for a redirect URI that does not lead to this machine.
 */
export function redirectOf(settings: Settings): Pick<ListenOptions, 'path' | 'host' | 'port'> {
  const text = settings['redirect_uri'] ?? 'http://127.0.0.1/callback'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !isPlainLoopback(url)) {
    throw new ToknError('usage', words.oauth.wrongRedirectUri(display(text, 120)))
  }
  const port = settings['redirect_port'] ?? url.port
  if (!/^[0-9]{0,5}$/.test(port) || Number(port) > 65_535) {
    throw new ToknError('usage', words.oauth.wrongRedirectPort(display(port, 40)))
  }
  return { path: url.pathname, host: url.hostname, port: Number(port) }
}

function isPlainLoopback(url: URL): boolean {
  const bare = url.search === '' && url.hash === '' && url.username === ''
  return bare && url.protocol === 'http:' && isLoopback(url)
}
