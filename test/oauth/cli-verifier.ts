import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWK } from 'jose'

export interface ProtectedApi {
  readonly origin: string
  /** What was wrong with each request that was refused. */
  readonly complaints: string[]
  /** Thumbprints of the keys that proofs were made with. */
  readonly keys: Set<string>
  /** What was taken: method, path and body. */
  readonly taken: string[]
  /** How often a nonce was demanded. */
  demands: number
  /** What it answers to a proof without its nonce of the moment; absent: it wants none. */
  challenge: Challenge | undefined
  stop(): Promise<void>
}

/** Status and headers, in which `$NONCE` is the nonce that would be taken. */
interface Challenge {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}

/** As RFC 9449 section 9 has it. */
export const nonceChallenge: Challenge = {
  status: 401,
  headers: {
    'WWW-Authenticate': 'DPoP error="use_dpop_nonce", error_description="a nonce is needed"',
    'DPoP-Nonce': '$NONCE',
  },
}

/**
 * An API that takes bound tokens only, and checks every proof as RFC 9449 section 4.3 has it, with
 * code that is not ours.
 */
export async function startProtectedApi(): Promise<ProtectedApi> {
  const used = new Set<string>()
  let nonce = 'first~nonce'
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      answer(method, url, headers, body, response).catch((error: unknown) => {
        api.complaints.push(String(error))
        response.writeHead(401).end()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api: ProtectedApi = {
    origin,
    complaints: [],
    keys: new Set(),
    taken: [],
    demands: 0,
    challenge: undefined,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return api

  async function answer(
    method: string,
    url: string,
    headers: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
  ): Promise<void> {
    const fits = await check(method, url, headers).catch((error: unknown) => {
      if ((error as { claim?: string }).claim === 'iat') return undefined
      throw error
    })
    if (fits === undefined) {
      response.setHeader('www-authenticate', 'DPoP error="invalid_dpop_proof"')
      return void response.writeHead(401).end('{"seen":false}\n')
    }
    if (!fits) return demand(response)
    api.taken.push(`${method} ${url} ${body}`.trim())
    response.end(url.startsWith('/large') ? '0123456789abcdef'.repeat(65_536) : '{"seen":true}\n')
  }

  function demand(response: ServerResponse): void {
    const { status, headers } = api.challenge ?? nonceChallenge
    // Each is taken once.
    nonce = randomBytes(9).toString('base64url')
    const filled = JSON.parse(JSON.stringify(headers).replaceAll('$NONCE', nonce)) as typeof headers
    for (const [name, value] of Object.entries(filled)) response.setHeader(name, value)
    api.demands++
    response.writeHead(status).end('{"seen":false}\n')
  }

  /** Whether the nonce is the one wanted. Throws for what is wrong besides. */
  async function check(
    method: string,
    target: string,
    headers: IncomingHttpHeaders,
  ): Promise<boolean> {
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
    if (api.challenge === undefined && payload['nonce'] === undefined) return true
    return api.challenge !== undefined && payload['nonce'] === nonce
  }
}
