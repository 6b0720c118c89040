import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWK } from 'jose'

export interface ProtectedApi {
  readonly origin: string
  /** What was wrong with each request that was refused. */
  readonly complaints: string[]
  /** Thumbprints of the keys that proofs were made with. */
  readonly keys: Set<string>
  stop(): Promise<void>
}

/**
 * An API that takes bound tokens only, and checks every proof as RFC 9449 section 4.3 has it, with
 * code that is not ours.
 */
export async function startProtectedApi(): Promise<ProtectedApi> {
  const used = new Set<string>()
  const server = createServer((request, response) => {
    check(request.method ?? '', request.url ?? '', request.headers).then(
      () => response.end('{"seen":true}\n'),
      (error: unknown) => {
        api.complaints.push(String(error))
        response.writeHead(401).end()
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api: ProtectedApi = {
    origin,
    complaints: [],
    keys: new Set(),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return api

  async function check(
    method: string,
    target: string,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): Promise<void> {
    const [scheme, token = ''] = String(headers['authorization']).split(' ')
    if (scheme !== 'DPoP') throw new Error(`the scheme was ${scheme}`)
    const proof = String(headers['dpop'])
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      maxTokenAge: 60,
      requiredClaims: ['jti', 'htm', 'htu', 'ath'],
    })
    const url = new URL(target, origin)
    const ath = createHash('sha256').update(token).digest('base64url')
    if (payload['htm'] !== method) throw new Error(`the method was ${String(payload['htm'])}`)
    if (payload['htu'] !== origin + url.pathname) throw new Error(String(payload['htu']))
    if (payload['ath'] !== ath) throw new Error('the proof was for another token')
    if (used.has(String(payload.jti))) throw new Error('the proof was used before')
    used.add(String(payload.jti))
    api.keys.add(await calculateJwkThumbprint(protectedHeader.jwk as JWK))
  }
}
