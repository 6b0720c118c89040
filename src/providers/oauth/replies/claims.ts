import { isObject, ownString } from '../../../core/json.ts'
import { readClaims, type Claims } from '../../../core/jwt.ts'
import type { Connection } from '../server/connect.ts'
import { normalizeReply } from './normalize-reply.ts'
import { importAlgorithm, signatureAlgorithm } from '../client/keys.ts'

export interface CheckedClaims {
  readonly claims: Claims
  /** Absent where there is no key to check with. */
  readonly signature: 'valid' | 'invalid' | undefined
}

type Jwk = Readonly<Record<string, unknown>>

/**
 * The claims of a JWT (RFC 7519), and whether the issuer's keys (RFC 7517) signed it. `undefined`
 * when `token` is not one.
 */
export async function checkClaims(
  connection: Connection,
  token: string,
): Promise<CheckedClaims | undefined> {
  const claims = readClaims(token)
  if (claims === undefined) return undefined
  return { claims, signature: await checkSignature(connection, token) }
}

async function checkSignature(
  connection: Connection,
  token: string,
): Promise<CheckedClaims['signature']> {
  const [encodedHeader = '', payload = '', signature = ''] = token.split('.')
  const header = parseObject(Buffer.from(encodedHeader, 'base64url').toString())
  const algorithm = header && ownString(header, 'alg')
  const wanted = algorithm === undefined ? undefined : importAlgorithm(algorithm)
  // Signed with a secret shared with the client (HS256), or not at all: the keys cannot check it.
  if (header === undefined || algorithm === undefined || wanted === undefined) return undefined
  if (header['crit'] !== undefined) return undefined
  const keys = (await readKeys(connection)).filter((key) => fits(key, algorithm, header))
  const bytes = Buffer.from(`${encodedHeader}.${payload}`)
  const signed = Buffer.from(signature, 'base64url')
  let tried = false
  for (const { ext: _, key_ops: _operations, use: _use, ...jwk } of keys) {
    try {
      const key = await crypto.subtle.importKey('jwk', jwk, wanted, false, ['verify'])
      tried = true
      if (await crypto.subtle.verify(signatureAlgorithm(algorithm), key, signed, bytes)) {
        return 'valid'
      }
    } catch {
      // A key that cannot be imported is not the one that signed.
    }
  }
  return tried ? 'invalid' : undefined
}

async function readKeys({ server, transport }: Connection): Promise<readonly Jwk[]> {
  if (server.jwks_uri === undefined) return []
  const url = new URL(server.jwks_uri)
  const headers = [['accept', 'application/jwk-set+json, application/json']] as const
  const reply = await transport.send({ method: 'GET', url, headers }, 'keys')
  const { status, body } = normalizeReply(reply, 'keys')
  const keys = status === 200 ? parseObject(body)?.['keys'] : undefined
  return Array.isArray(keys) ? keys.filter(isObject).slice(0, 100) : []
}

function fits(key: Jwk, algorithm: string, header: Jwk): boolean {
  const kid = header['kid']
  if (kid !== undefined && key['kid'] !== undefined && key['kid'] !== kid) return false
  if (key['alg'] !== undefined && key['alg'] !== algorithm) return false
  return key['use'] === undefined || key['use'] === 'sig'
}

function parseObject(text: string): Jwk | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
