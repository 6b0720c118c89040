import { ToknError } from '../../core/errors.ts'
import { isLoopbackAddress } from '../../core/loopback.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** Where an etcd is, as its URL says. */
export interface EtcdAddress {
  /** The origins of its members: `https://a:2379`. */
  readonly members: readonly string[]
  /** What all keys begin with; ends with a slash. */
  readonly prefix: string
  readonly user: string | undefined
  readonly password: string | undefined
  /** Files of a client certificate and its key. */
  readonly certificate: string | undefined
  readonly key: string | undefined
}

const known = new Set(['endpoint', 'cert', 'key'])

/**
 * Reads `etcds://USER@a,b,c:2379/prefix`, where further members, at other ports, are in `endpoint`
 * (`?endpoint=d:2380&endpoint=[::1]:2379`). A URL has one port, so it is that of all hosts before it.
 * Throws `usage`.
 */
export function readAddress(url: URL): EtcdAddress {
  const { searchParams: query } = url
  const port = url.port === '' ? '2379' : url.port
  const hosts = url.hostname.split(',').map((host) => `${host}:${port}`)
  const scheme = url.protocol.endsWith('s:') ? 'https:' : 'http:'
  const named = url.hostname === '' ? [] : hosts
  const members = [...named, ...query.getAll('endpoint')].map((host) => originOf(scheme, host))
  if (members.length === 0) throw new ToknError('usage', words.etcd.noHost())
  const strange = [...query.keys()].find((name) => !known.has(name))
  if (strange !== undefined) {
    throw new ToknError('usage', words.etcd.strangeSetting(display(strange, 60)))
  }
  const path = decode(url.pathname).replace(/^\/+|\/+$/g, '')
  return {
    members,
    prefix: path === '' ? '/tokn/' : `/${path}/`,
    user: url.username === '' ? undefined : decode(url.username),
    password: url.password === '' ? undefined : decode(url.password),
    certificate: query.get('cert') ?? undefined,
    key: query.get('key') ?? undefined,
  }
}

function originOf(scheme: string, host: string): string {
  const text = `${scheme}//${/^\[|:\d+$/.test(host) ? host : `${host}:2379`}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Whatever else a URL can have would be dropped silently.
  if (url === undefined || url.hostname === '' || !isBare(url)) {
    throw new ToknError('usage', words.etcd.notAnAddress())
  }
  // A name may be another machine's tomorrow.
  if (scheme === 'http:' && !isLoopbackAddress(url.hostname)) {
    throw new ToknError('usage', words.etcd.notEncrypted(display(url.host, 120)))
  }
  return url.origin
}

function isBare(url: URL): boolean {
  return url.username + url.password + url.search + url.hash === '' && url.pathname === '/'
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ToknError('usage', words.etcd.notAnAddress())
  }
}
