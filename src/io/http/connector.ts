import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { buildConnector, Client } from 'undici'
import { ToknError, type Said } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { passContinue } from './continue.ts'

/** How sockets are made. One per `Http`, so that TLS sessions are resumed. */
export interface Connector {
  /** Connects straight to the target; returns the socket at once, so that a deadline can end it. */
  readonly direct: (options: buildConnector.Options, callback: buildConnector.Callback) => Socket
  readonly Client: typeof Client
}

const connectTimeout = 10_000
/** Bytes of all headers of a reply together. */
export const headLimit = 65_536

/** `lasting`: whether this process goes on for long, and may have many requests to make. */
export async function openConnector(
  trust: () => SecureContext,
  lasting = false,
): Promise<Connector> {
  const [{ default: Client }, { default: build }] = await Promise.all([
    import('undici/lib/dispatcher/client.js'),
    import('undici/lib/core/connect.js'),
  ])
  const shared = {
    timeout: connectTimeout,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1_000,
  }
  const plain = build({ ...shared, port: 80 })
  let secure: typeof plain | undefined
  return { Client, direct }

  function direct(options: buildConnector.Options, callback: buildConnector.Callback): Socket {
    const done: buildConnector.Callback = (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      if (!lasting) prepareEngine()
      passContinue(socket)
      callback(null, socket)
    }
    if (options.protocol !== 'https:') return plain(options, done)
    // Set explicitly: the environment can change the defaults.
    secure ??= build({ ...shared, secureContext: trust(), rejectUnauthorized: true, port: 443 })
    return secure(options, done)
  }
}

/**
 * A connection to `target` through the CONNECT method (RFC 9110 section 9.3.6) of `proxy`, TLS with
 * the target inside. `track` gets every socket on the way, and `opened` is called when the proxy
 * has made the connection.
 */
export function connectThrough(
  connector: Connector,
  proxy: URL,
  track: (socket: Socket) => void,
  opened: () => void,
): buildConnector.connector {
  return (target, callback) => {
    const name = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname
    const authority = `${name}:${target.port === '' ? '443' : target.port}`
    const client = new connector.Client(proxy.origin, {
      pipelining: 0,
      maxHeaderSize: headLimit,
      connect: (options, done) => track(connector.direct(options, done)),
    })
    client.dispatch(
      { method: 'CONNECT', path: authority, headers: ['host', authority, ...credentials(proxy)] },
      {
        onRequestStart() {},
        onRequestUpgrade(_controller, status, headers, socket) {
          if (status < 200 || status >= 300) {
            socket.destroy()
            callback(
              refused(status, [headers['proxy-authenticate']].flat().join(', '), proxy),
              null,
            )
            return
          }
          opened()
          track(connector.direct({ ...target, httpSocket: socket as Socket }, callback))
        },
        onResponseError(_controller, error) {
          callback(new ProxyError(error), null)
        },
      },
    )
  }
}

/** What went wrong before the proxy had made a connection. */
export class ProxyError extends Error {
  constructor(cause: Error) {
    super('the proxy failed', { cause })
  }
}

/** Another attempt may help where a gateway failed, and not where the proxy refused. */
function refused(status: number, challenge: string, proxy: URL): ToknError {
  const lasting = ![408, 425, 429].includes(status) && status < 500
  if (status !== 407) return noConnection(words.network.proxyRefused(status, lasting), lasting)
  if (challenge !== '' && !/\bbasic\b/i.test(challenge)) {
    return noConnection(words.network.proxyWantsOtherLogin(), lasting)
  }
  return noConnection(words.network.proxyWantsLogin(credentials(proxy).length > 0), lasting)
}

function noConnection(said: Said, lasting: boolean): ToknError {
  return new ToknError('network', said, { sent: false, lasting })
}

function credentials(proxy: URL): readonly string[] {
  if (proxy.username === '' && proxy.password === '') return []
  const pair = `${decode(proxy.username)}:${decode(proxy.password)}`
  return ['proxy-authorization', `Basic ${Buffer.from(pair).toString('base64')}`]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Node 20 spends most of a first request on optimising undici's parser, which then parses one reply.
 * Later versions do not. Called with a connection that is open, just before undici compiles its
 * parser for it: what of Node is loaded after this call is compiled anew, since its code was cached
 * for other flags.
 */
function prepareEngine(): void {
  if (!process.versions.node.startsWith('20.')) return
  process.getBuiltinModule('node:v8').setFlagsFromString('--liftoff-only')
}
