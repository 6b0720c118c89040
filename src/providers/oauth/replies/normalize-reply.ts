import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import type { HttpReply } from '../../../core/ports.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { describeInstead, headerOf, readBody } from '../../replies/body.ts'

/** The endpoint of a request decides how its reply is read and whether it may be repeated. */
export type EndpointKind =
  | 'discovery'
  | 'keys'
  | 'resource'
  | 'registration'
  | 'token'
  | 'device'
  | 'authorization'
  | 'revocation'
  | 'introspection'
  | 'userinfo'

interface Read {
  readonly status: number
  readonly type: string
  readonly body: string
}

const signedTypes = new Set(['application/jwt', 'application/token-introspection+jwt'])

/**
 * A reply in the format of the RFCs, whatever the server's was. Throws `provider_nonsense` for a
 * success that cannot be read; of a refusal only the status is kept.
 */
export function normalizeReply(reply: HttpReply, endpoint: EndpointKind): Read {
  const { status } = reply
  if (status < 200 || status >= 300) return { status, type: '', body: '' }
  if (endpoint === 'revocation') {
    // RFC 7009 section 2.2: the body means nothing, but a page comes from a proxy.
    const body = readBody(reply)
    if (body.kind === 'page') throw nonsense(reply, words.replies.insteadOfNothing(body.instead()))
    return { status: 200, type: '', body: '' }
  }
  const type = (headerOf(reply.headers, 'content-type') ?? '').split(';')[0]?.trim() ?? ''
  if (signedTypes.has(type.toLowerCase())) {
    return { status, type: type.toLowerCase(), body: reply.body }
  }
  const read = readBody(reply)
  const { kind, value } = read
  if (kind !== 'data') {
    throw nonsense(reply, describeInstead(read))
  }
  if (!isObject(value)) throw nonsense(reply, words.replies.notAnObject())
  const body = endpoint === 'device' ? tidyDevice(value) : value
  return { status, type: 'application/json', body: JSON.stringify(body) }
}

/** Says of the answer to a device authorization request that its server told no lifetime. */
export const guessed = 'expires_in_guessed'

/** Seconds. */
const guessedLifetime = 900

/** Real servers send `null` for absent values, and numbers as text. */
function tidyDevice(answer: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const there = Object.entries(answer).filter(([, value]) => value !== null && value !== '')
  const body = Object.fromEntries(there)
  // Google's spelling, older than RFC 8628.
  body['verification_uri'] ??= body['verification_url']
  tidyCode(body, 'device_code')
  tidyCode(body, 'user_code')
  tidySeconds(body, 'expires_in')
  tidySeconds(body, 'interval')
  if (body['interval'] === 0) delete body['interval']
  if (body['expires_in'] === 0) delete body['expires_in']
  // RFC 8628 section 3.2 requires it, but a code works as well without a known end.
  return 'expires_in' in body ? body : { ...body, expires_in: guessedLifetime, [guessed]: true }
}

/** One of digits alone, which a server took for a number. */
function tidyCode(body: Record<string, unknown>, key: string): void {
  if (Number.isSafeInteger(body[key])) body[key] = String(body[key])
}

function tidySeconds(body: Record<string, unknown>, key: string): void {
  const value = body[key]
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  if (!/^-?[0-9]{1,12}(\.[0-9]+)?$/.test(text)) delete body[key]
  else body[key] = Math.max(0, Number(text))
}

function nonsense(reply: HttpReply, what: string): ToknError {
  const message = display(words.oauth.answeredWith(what), 200)
  return new ToknError('provider_nonsense', message, {
    http: { status: reply.status },
    sent: true,
  })
}
