import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certify, type Certificate } from '../unit/io/certificates.ts'

/** A server with TLS on loopback, known by an authority that clients have to be told of. */
export interface SecureServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly origin: string
  readonly authority: Certificate
  /** Every request, in their order: method, target, and the header Authorization. */
  readonly seen: ReadonlyArray<readonly [line: string, authorization: string | undefined]>
  close(): Promise<void>
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Without `known`: known by an authority of its own. */
export async function startSecureServer(
  answer: Answer,
  known?: Certificate,
): Promise<SecureServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-server-'))
  const authority = known ?? certify(folder, 'authority', { authority: true })
  const { cert, key } = certify(folder, 'server', { issuer: authority })
  const seen: Array<readonly [string, string | undefined]> = []
  const server: Server = createServer({ cert, key }, (request, response) => {
    seen.push([`${request.method} ${request.url}`, request.headers.authorization])
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    origin: `https://${host}`,
    authority,
    seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whatever stands behind `Bearer `. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
}
