import { decodeExactly } from '../core/base64.ts'
import type { Secret } from '../core/secret.ts'
import type { Attachment } from '../core/token.ts'
import { attachToken, headerLines, type AttachedToken } from './attach-token.ts'

/** What a program sends as `Authorization: Basic`. */
export interface UserAndPassword {
  readonly username: string
  readonly password: string
}

/** The scheme of an `Authorization` header, and what stands behind it. */
export interface Authorization {
  readonly scheme: string
  readonly value: string
}

/** Who is named where nobody has asked for a certain user: what servers take for any token. */
export const anyUser = 'oauth2'

/**
 * The `Authorization` header that is all with which the token travels; `undefined` where it travels in
 * another way, or cannot stand in a line. Of a proof of a key that it may need nothing is seen here.
 */
export function authorizationIn(attached: AttachedToken): Authorization | undefined {
  const [header, ...further] = headerLines(attached)
  if (header === undefined || further.length > 0 || attached.query.length > 0) return undefined
  const [name, text] = header
  const [, scheme, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\u0021-\u007e]+)$/.exec(text) ?? []
  if (name.toLowerCase() !== 'authorization' || scheme === undefined || value === undefined) {
    return undefined
  }
  return { scheme, value }
}

/** The same of a token with what is said of it; `undefined` as well where it needs a proof of a key. */
export function carriageOf(token: {
  readonly attach: Attachment
  readonly access: Pick<Secret, 'reveal'>
}): Authorization | undefined {
  return token.attach.bound === true ? undefined : authorizationIn(attachToken(token))
}

/** Whether `Authorization: Bearer TOKEN` is all that a token needs which travels so. */
export function isBearer(attach: Attachment): boolean {
  const found = carriageOf({ attach, access: unknown })
  return found !== undefined && isBearerOf(found, unknown.reveal())
}

/** Whether a token that travels so can be given as a password, as far as that is known without it. */
export function canBePassword(attach: Attachment): boolean {
  return isBearer(attach) || isBasic(carriageOf({ attach, access: unknown }))
}

/** Whether an `Authorization` header is all that a token needs which travels so. */
export function canBeAuthorization(attach: Attachment): boolean {
  return carriageOf({ attach, access: unknown }) !== undefined
}

/** Stands for a token that is not known. */
const unknown = { reveal: () => '?' }

/**
 * User and password with which a server gets the token: it takes a Bearer token as the password of any
 * user. `undefined` where the token travels otherwise.
 */
export function userAndPassword(
  authorization: Authorization | undefined,
  token: string,
  asked: string | undefined,
): UserAndPassword | undefined {
  if (authorization === undefined) return undefined
  if (isBasic(authorization)) return decodeBasic(authorization.value)
  if (!isBearerOf(authorization, token)) return undefined
  return { username: asked === undefined || asked === '' ? anyUser : asked, password: token }
}

function isBearerOf({ scheme, value }: Authorization, token: string): boolean {
  return scheme === 'Bearer' && value === token
}

function isBasic(authorization: Authorization | undefined): boolean {
  return authorization?.scheme.toLowerCase() === 'basic'
}

/** What base64 of `user:password` says, in UTF-8 (RFC 7617); `undefined` for anything else. */
export function decodeBasic(value: string): UserAndPassword | undefined {
  const bytes = decodeExactly(value, 'base64')
  const text = bytes?.toString() ?? ''
  if (bytes === undefined || !Buffer.from(text).equals(bytes)) return undefined
  const at = text.indexOf(':')
  if (at < 0 || /[\u0000-\u001f\u007f]/.test(text)) return undefined
  return { username: text.slice(0, at), password: text.slice(at + 1) }
}
