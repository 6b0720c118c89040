import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import type { buildConnector, Client } from 'undici'
import { ToknError } from '../core/errors.ts'

/** How sockets are made. One per `Http`, so that TLS sessions are resumed. */
export interface Connector {
  /** Connects straight to the target; returns the socket at once, so that a deadline can end it. */
  readonly direct: (options: buildConnector.Options, callback: buildConnector.Callback) => Socket
  readonly Client: typeof Client
}

const connectTimeout = 10_000

export async function openConnector(trust: () => SecureContext): Promise<Connector> {
  prepareEngine()
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
    if (options.protocol !== 'https:') return plain(options, callback)
    // Said explicitly, because the environment can change what is left unsaid.
    secure ??= build({ ...shared, secureContext: trust(), rejectUnauthorized: true, port: 443 })
    return secure(options, callback)
  }
}

/**
 * A connection to `target` through the CONNECT method (RFC 9110 section 9.3.6) of `proxy`, TLS with
 * the target inside. `track` gets every socket on the way.
 */
export function connectThrough(
  connector: Connector,
  proxy: URL,
  track: (socket: Socket) => void,
): buildConnector.connector {
  return (target, callback) => {
    const name = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname
    const authority = `${name}:${target.port === '' ? '443' : target.port}`
    const client = new connector.Client(proxy.origin, {
      pipelining: 0,
      maxHeaderSize: 16_384,
      connect: (options, done) => track(connector.direct(options, done)),
    })
    client.dispatch(
      { method: 'CONNECT', path: authority, headers: ['host', authority, ...credentials(proxy)] },
      {
        onRequestStart() {},
        onRequestUpgrade(_controller, status, _headers, socket) {
          if (status !== 200) {
            socket.destroy()
            callback(refused(status), null)
            return
          }
          track(connector.direct({ ...target, httpSocket: socket as Socket }, callback))
        },
        onResponseError(_controller, error) {
          callback(new ProxyError(error), null)
        },
      },
    )
  }
}

/** What went wrong before the proxy was asked for anything. */
export class ProxyError extends Error {
  constructor(cause: Error) {
    super('the proxy failed', { cause })
  }
}

function refused(status: number): ToknError {
  return new ToknError('network', `the proxy answered ${status} and made no connection`, {
    hint:
      status === 407 ? 'put its user and password into HTTPS_PROXY' : 'check --proxy and NO_PROXY',
    sent: false,
  })
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
 * Node 20 spends most of the first request on optimising undici's parser, which then parses one
 * reply. Later versions do not, and are slowed by the flag.
 */
function prepareEngine(): void {
  if (!process.versions.node.startsWith('20.')) return
  setFlagsFromString('--liftoff-only')
}
