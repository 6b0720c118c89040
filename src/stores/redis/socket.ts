import { connect, type Socket } from 'node:net'
import type { RedisAddress } from './address.ts'

/** Whom to trust besides the authorities of Node, as PEM. */
export type Authorities = readonly string[]

export const outOfTime = 'out of time'
/** The connection stands, and TLS was not answered in time: one that expects none waits for the rest of a line. */
export const noHandshake = 'no handshake in time'

/**
 * A socket that stands, with TLS where the address says so: verified always. Rejects with the error
 * of the system or of TLS. `signal` ends what is not done.
 */
export async function openSocket(
  address: RedisAddress,
  authorities: Authorities,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = address.tls ? startTls(address, authorities) : startPlain(address)
  return await new Promise((resolve, reject) => {
    let stands = false
    const stop = () => socket.destroy(new Error(stands ? noHandshake : outOfTime))
    const settle = (done: () => void) => {
      signal.removeEventListener('abort', stop)
      socket.removeListener('error', fail).removeListener('close', close)
      done()
    }
    const fail = (error: Error) => settle(() => reject(error))
    const close = () => fail(new Error('closed'))
    // Whoever is given it comes a little later.
    socket.on('error', () => undefined)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    socket.once('connect', () => (stands = address.tls))
    socket.once('error', fail).once('close', close)
    socket.once(address.tls ? 'secureConnect' : 'connect', () => settle(() => resolve(socket)))
  })
}

function startPlain({ host, port, path }: RedisAddress): Socket {
  return connect(path === undefined ? { host, port } : { path })
}

/** Loaded where it is needed: it takes as long as a tenth of a bare start. */
function startTls({ host, port, path }: RedisAddress, more: Authorities): Socket {
  const { connect: startHandshake, rootCertificates } = process.getBuiltinModule('node:tls')
  const isName = /[a-z]/i.test(host) && !host.includes(':')
  return startHandshake({
    ...(path === undefined ? { host, port } : { path }),
    ...(more.length === 0 ? {} : { ca: [...rootCertificates, ...more] }),
    ...(isName ? { servername: host } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  })
}
