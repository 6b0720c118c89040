import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { certify, type Certificate } from '../../unit/io/certificates.ts'

/** What a server saw of a request: the name that was asked for, and the scheme of its token. */
export interface Sight {
  readonly name: string | false | null | undefined
  readonly carried: string | undefined
}

export interface SecureServer {
  /** With the name `localhost`, for which only one of the three has a certificate. */
  readonly origin: string
  seen(): readonly Sight[]
  close(): Promise<void>
}

export interface Impostors {
  /** File with the one authority to believe. */
  readonly authorities: string
  readonly servers: Readonly<Record<string, SecureServer>>
  close(): Promise<void>
}

/** Servers that all answer as `localhost`: two that are not it, and then the one that is. */
export async function startImpostors(): Promise<Impostors> {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-impostors-'))
  const authority = certify(folder, 'authority', { authority: true })
  const wrong = certify(folder, 'wrong', { names: 'DNS:wrong.example', issuer: authority })
  // The workers of a proxy are of another user.
  chmodSync(folder, 0o755)
  const servers = {
    'of another name': await startServer(wrong),
    'of no authority': await startServer(certify(folder, 'stranger')),
    'the API': await startServer(certify(folder, 'api', { issuer: authority })),
  }
  return {
    authorities: authority.certPath,
    servers,
    close: async () => {
      await Promise.all(Object.values(servers).map((server) => server.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startServer({ key, cert }: Certificate): Promise<SecureServer> {
  const seen: Sight[] = []
  const server = createServer({ key, cert }, (request, response) => {
    const carried = request.headers.authorization?.split(' ')[0]
    seen.push({ name: (request.socket as TLSSocket).servername, carried })
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    seen: () => seen,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
