import { isFailure } from '../../../core/errors.ts'
import { readClaims } from '../../../core/jwt.ts'
import type { TokenSet } from '../../../core/token.ts'
import { isOfIssuer } from '../server/issuers.ts'
import type { Connection } from '../server/connect.ts'
import { checkClaims } from './claims.ts'

/** The issuer that ID tokens of a server have to name, and who says so. */
export interface ExpectedIssuer {
  /** As the document has it, or as the user typed it; absent: whatever the first ID token names. */
  readonly issuer: string | undefined
  /** Of `nobody` it is that of the first ID token of the session. */
  readonly by: 'document' | 'user' | 'nobody'
}

/**
 * The ID token for openid-client, which compares its `iss` with `text`: an issuer that is right by our
 * rules is written as that text, and one that only looks right is left out. The signature is not
 * looked at there, since the token comes straight from the token endpoint (OpenID Connect Core
 * section 3.1.3.7, point 6).
 */
export function forLibrary(idToken: string, expected: ExpectedIssuer, text: string): string {
  const claims = readClaims(idToken)
  if (claims === undefined) return idToken
  const right = isExpected(expected, claims)
  if (right === (claims['iss'] === text)) return idToken
  const [header, , signature] = idToken.split('.')
  const written = { ...claims, iss: right ? text : undefined }
  const payload = Buffer.from(JSON.stringify(written)).toString('base64url')
  return [header, payload, signature].join('.')
}

function isExpected(
  { issuer, by }: ExpectedIssuer,
  claims: Readonly<Record<string, unknown>>,
): boolean {
  const { iss } = claims
  if (typeof iss !== 'string' || iss === '') return false
  if (issuer === undefined) return true
  // What a user types is an address: whether the name ends with a slash is not known.
  if (by === 'user' && iss.replace(/\/$/, '') === issuer.replace(/\/$/, '')) return true
  return isOfIssuer(issuer, claims)
}

/** Whether the keys that the user has named did not sign an ID token. Never throws for want of them. */
export async function isForged(connection: Connection, idToken: string): Promise<boolean> {
  if (connection.expected.by === 'document' || connection.server.jwks_uri === undefined)
    return false
  try {
    return (await checkClaims(connection, idToken))?.signature === 'invalid'
  } catch (error) {
    if (!isFailure(error)) throw error
    return false
  }
}

/** What the ID tokens to come are compared with, where nobody has said what their issuer is. */
export function issuerToRemember(
  expected: ExpectedIssuer,
  idToken: string | undefined,
): TokenSet['context'] {
  const iss = idToken === undefined ? undefined : readClaims(idToken)?.['iss']
  return expected.by === 'nobody' && typeof iss === 'string' ? { issuer: iss } : {}
}
