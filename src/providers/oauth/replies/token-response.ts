import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import type { Clock, HttpReply } from '../../../core/ports.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import {
  isUsableAccess,
  rememberSecret,
  readRefreshToken,
  describeUnusable,
} from '../../replies/token-values.ts'
import { describeInstead, readBody } from '../../replies/body.ts'
import { openEnvelope } from '../../replies/envelope.ts'
import type { FoundExpiry } from '../../replies/expiry.ts'
import { keyTwice } from '../../replies/warnings.ts'
import { keyOf, meaningOf } from '../../replies/refusal-codes.ts'
import { saysError } from '../../replies/refusal-text.ts'
import { expiryNames, readTokenExpiry } from './token-response-expiry.ts'
import { readRefusal, RefusedError, type RefusalReply } from './refusal-reply.ts'

type Fields = Readonly<Record<string, unknown>>

/** A response of the token endpoint with a usable access token, as in RFC 6749 section 5.1. */
export interface TokenResponse {
  readonly status: number
  /** Every value has the type that the RFC gives it. */
  readonly body: Record<string, unknown> & { access_token: string; token_type: string }
  /** Present if it is an error as well, which may repeat the token that it was sent. */
  readonly refusal: RefusalReply | undefined
  /** The token type that the server gave, in lower case; `bearer` where it gave none. */
  readonly tokenType: string
  readonly refreshUnreadable: boolean
  /** The expiry of the access token. */
  readonly expiry: FoundExpiry
  /** Warnings about what is odd. */
  readonly oddities: readonly string[]
}

const names = [
  ...['access_token', 'refresh_token', 'scope', 'token_type', 'id_token'],
  ...['refresh_token_expires_in', 'refresh_expires_in', 'issued_token_type'],
  ...expiryNames,
]
const spelling = new Map(names.map((name) => [keyOf(name), name]))

/**
 * Reads a response of the token endpoint with a status of success. Whatever is odd is corrected or
 * left out, with a warning. Throws `provider_nonsense` where there is no usable access token,
 * `RefusedError` for an error.
 */
export async function readTokenResponse(
  reply: HttpReply,
  clock: Clock,
  ahead: number,
): Promise<TokenResponse> {
  const read = readBody(reply)
  if (read.kind !== 'data') {
    throw nonsense(reply, words.oauth.answeredWith(describeInstead(read)))
  }
  const refusal = readRefusal(reply, clock)
  const oddities: string[] = []
  const found = findFields(read.value, oddities)
  const access = found['access_token']
  if (access === undefined || access === null) {
    const meant = meaningOf('refresh', refusal) ?? meaningOf('login', refusal)
    if (meant !== undefined || saysError(read.value)) throw new RefusedError(refusal)
    throw nonsense(reply, words.oauth.noAccessToken())
  }
  if (!isUsableAccess(access)) {
    throw nonsense(reply, words.oauth.answeredWith(describeUnusable(access)))
  }
  for (const secret of [access, found['refresh_token']]) rememberSecret(secret)
  if (read.oddity !== undefined) {
    oddities.push(words.replies.oddJson(words.oauth.serverTitle(), read.oddity))
  }
  for (const pointer of read.duplicates) {
    if (spelling.has(keyOf(pointer.slice(pointer.lastIndexOf('/'))))) {
      oddities.push(keyTwice(words.oauth.serverTitle(), pointer))
    }
  }
  const refresh = readRefreshToken(found['refresh_token'])
  if (refresh.unreadable) {
    oddities.push(words.replies.unusableRefreshToken(words.oauth.serverTitle()))
  }
  const tokenType = readType(found['token_type'])
  const body = {
    ...found,
    access_token: access,
    // The only type that changes how a token is sent.
    token_type: tokenType === 'dpop' ? 'dpop' : 'bearer',
    refresh_token: refresh.token,
    // Read below, and not by the library.
    expires_in: undefined,
    scope: readScope(found['scope'], oddities),
    id_token: readIdToken(found['id_token'], oddities),
  }
  return {
    status: reply.status,
    body: withoutAbsent(body),
    refusal: saysError(read.value) ? refusal : undefined,
    tokenType,
    refreshUnreadable: refresh.unreadable,
    expiry: await readTokenExpiry(found, clock.now(), ahead),
    oddities,
  }
}

/** The fields by their standard names: of the body, or of the one object in it with a token. */
function findFields(value: unknown, oddities: string[]): Fields {
  const outside = isObject(value) ? respell(value) : {}
  if (isUsableAccess(outside['access_token'])) return outside
  const inner = openEnvelope(value, (object) => isUsableAccess(respell(object)['access_token']))
  if (inner === undefined) return outside
  oddities.push(words.oauth.envelope())
  // Some fields of the token may be outside the envelope.
  const { refresh_token, scope, token_type, id_token } = outside
  const ends = Object.fromEntries(expiryNames.map((name) => [name, outside[name]]))
  return { refresh_token, ...ends, scope, token_type, id_token, ...respell(inner) }
}

/** `accessToken` as `access_token`; the standard name has precedence. */
function respell(object: Fields): Fields {
  const found: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [key, value] of Object.entries(object)) {
    const name = spelling.get(keyOf(key)) ?? key
    if (name === key || found[name] === undefined) found[name] = value
  }
  return found
}

function readType(value: unknown): string {
  const text = typeof value === 'string' ? display(value.trim().toLowerCase(), 60) : ''
  return text === '' ? 'bearer' : text
}

function readScope(value: unknown, oddities: string[]): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  const list = Array.isArray(value)
    ? value.filter((one) => typeof one === 'string')
    : isObject(value)
      ? Object.keys(value).filter((key) => Boolean(value[key]))
      : undefined
  if (list === undefined) oddities.push(words.oauth.unreadableScopes())
  return list?.join(' ')
}

function readIdToken(value: unknown, oddities: string[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  oddities.push(words.oauth.idTokenNotAText())
  return undefined
}

function withoutAbsent<Body extends object>(body: Body): Body {
  const there = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(there) as Body
}

function nonsense(reply: HttpReply, message: string): ToknError {
  return new ToknError('provider_nonsense', display(message, 220), {
    http: { status: reply.status },
    sent: true,
  })
}
