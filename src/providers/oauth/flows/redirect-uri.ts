import { isLoopback } from '../../../core/base-url.ts'
import { ToknError } from '../../../core/errors.ts'
import type { ListenOptions } from '../../../core/callback.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import type { Settings } from '../settings/in-force.ts'

/** Where the browser is sent in the end. */
export interface Redirect {
  /** As the client registered it, which servers compare character by character (RFC 9700 section 2.1). */
  readonly registered: string
  /** Absent where nothing on this machine can listen there: what arrives is pasted back. */
  readonly listen?: Pick<ListenOptions, 'path' | 'host' | 'port'>
  /** Whether the port is ours to choose (RFC 8252 section 7.3). */
  readonly anyPort: boolean
  /** The address to send to the server, where `port` is the one that was chosen. */
  at(port?: string): string
}

const usual = 'http://127.0.0.1/callback'

/** Scheme and host, port, and the rest: none of it is changed. */
const loopback = /^(http:\/\/(?:\[[0-9a-f:]+\]|[^/:?#@[\]]+))(?::([0-9]*))?(\/[^?#]*)?$/i

/** Throws `usage` for a redirect URI at which no login can end. */
export function redirectOf(settings: Settings): Redirect {
  const text = settings['redirect_uri'] ?? usual
  const url = isWhole(text) ? new URL(text) : undefined
  if (url === undefined) throw wrong(text)
  const port = settings['redirect_port']
  if (!(url.protocol === 'http:' && isLoopback(url))) {
    if (!isPastedBack(text, url)) throw wrong(text)
    if (port !== undefined) throw twoPorts(text, port)
    return { registered: text, anyPort: false, at: () => text }
  }
  const [, origin, own = '', path = ''] = loopback.exec(text) ?? []
  if (origin === undefined) throw wrong(text)
  const chosen = checkPort(port ?? own)
  // Zero is any port, as for whoever listens.
  if (port !== undefined && Number(own) > 0 && Number(port) !== Number(own)) {
    throw twoPorts(text, port)
  }
  const isOpen = chosen === 0
  const at = (port: string) => (port === '' ? `${origin}${path}` : `${origin}:${port}${path}`)
  const registered = isOpen || own === '' ? at(isOpen ? '' : String(chosen)) : text
  return {
    registered,
    anyPort: isOpen,
    listen: { path: url.pathname, host: url.hostname, port: chosen },
    at: (port) => (isOpen && port !== undefined ? at(port) : registered),
  }
}

/** A URL without what a parser would drop or change before anybody sees it. */
function isWhole(text: string): boolean {
  return text.length <= 2_048 && !/[\s\u0000-\u001f#]/.test(text) && URL.canParse(text)
}

/** Whether an address can be pasted back from elsewhere: a page, or a scheme of an application. */
function isPastedBack(text: string, url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol === 'https:') return /^https:\/\//i.test(text)
  if (url.protocol === 'urn:') return true
  // `localhost:8765/callback` has lost its scheme, and what a browser runs or shows is no redirect.
  const ofBrowser = /^(http|ftp|ws|wss|file|data|blob|about|javascript|vbscript):$/
  return !ofBrowser.test(url.protocol) && /^[a-z][a-z0-9+.-]*:\//i.test(text)
}

function checkPort(port: string): number {
  if (/^[0-9]{0,5}$/.test(port) && Number(port) <= 65_535) return Number(port)
  throw new ToknError('usage', words.oauthPerson.wrongRedirectPort(display(port, 40)))
}

function wrong(text: string): ToknError {
  return new ToknError('usage', words.oauthPerson.wrongRedirectUri(display(text, 120)))
}

function twoPorts(text: string, port: string): ToknError {
  const said = words.oauthPerson.twoPorts(display(text, 120), display(port, 40))
  return new ToknError('usage', said)
}
