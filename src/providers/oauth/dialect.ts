import { ToknError } from '../../core/errors.ts'
import { JsonError, readJsonText } from '../../core/json-text.ts'
import { isObject } from '../../core/json.ts'
import type { HttpReply } from '../../core/ports.ts'
import { display } from '../../core/text.ts'

/** What a request is for: it decides how its reply is read and whether it may be repeated. */
export type Purpose =
  | 'discovery'
  | 'keys'
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

type Body = Record<string, unknown>

const signedTypes = new Set(['application/jwt', 'application/token-introspection+jwt'])

/**
 * A reply in the RFCs' own words, whatever the server's were. Throws `provider_nonsense` for a
 * success that cannot be read; a refusal without a body stays what it is.
 */
export function readDialect(reply: HttpReply, purpose: Purpose): Read {
  const type = mediaType(reply)
  const ok = reply.status >= 200 && reply.status < 300
  if (purpose === 'revocation' && ok) return { status: 200, type: '', body: '' }
  if (ok && signedTypes.has(type)) return { status: reply.status, type, body: reply.body }
  const body = readBody(reply, type, ok)
  if (body === undefined) return { status: reply.status, type, body: '' }
  if (purpose === 'token') tidyToken(body)
  if (purpose === 'device') tidyDevice(body)
  const status = ok && isRefusal(body) ? 400 : reply.status
  return { status, type: 'application/json', body: JSON.stringify(body) }
}

function readBody(reply: HttpReply, type: string, ok: boolean): Body | undefined {
  if (type === 'application/x-www-form-urlencoded' && ok) {
    return Object.fromEntries(new URLSearchParams(reply.body))
  }
  if (!isJson(type) || reply.body.trim() === '') {
    if (!ok) return undefined
    throw nonsense(reply, `answered with ${describe(reply, type)}, expected JSON`)
  }
  try {
    const { value, duplicates } = readJsonText(reply.body)
    if ([...duplicates].some((pointer) => pointer.lastIndexOf('/') === 0)) {
      throw nonsense(reply, 'answered with JSON in which a key occurs twice')
    }
    if (isObject(value)) return { ...value }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    if (ok) throw nonsense(reply, 'answered with something that is not valid JSON')
    return undefined
  }
  if (ok) throw nonsense(reply, 'answered with JSON that is not an object')
  return undefined
}

/** Real servers send `null` for absent, scopes in a list, numbers as text, and errors as 200. */
function tidyToken(body: Body): void {
  dropEmpty(body)
  const scope = body['scope']
  if (Array.isArray(scope)) body['scope'] = scope.filter((one) => typeof one === 'string').join(' ')
  if (body['access_token'] !== undefined) body['token_type'] ??= 'Bearer'
  tidySeconds(body, 'expires_in')
}

function tidyDevice(body: Body): void {
  dropEmpty(body)
  // Google's spelling, older than RFC 8628.
  body['verification_uri'] ??= body['verification_url']
  tidySeconds(body, 'expires_in')
  tidySeconds(body, 'interval')
  if (body['interval'] === 0) delete body['interval']
}

function dropEmpty(body: Body): void {
  for (const [key, value] of Object.entries(body)) {
    if (value === null || (value === '' && key !== 'scope')) delete body[key]
  }
}

function tidySeconds(body: Body, key: string): void {
  const value = body[key]
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  if (!/^-?[0-9]{1,12}(\.[0-9]+)?$/.test(text)) delete body[key]
  else body[key] = Math.max(0, Number(text))
}

function isRefusal(body: Body): boolean {
  return typeof body['error'] === 'string' && body['error'] !== '' && !('access_token' in body)
}

function mediaType(reply: HttpReply): string {
  const header = reply.headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  return (header.split(';')[0] ?? '').trim().toLowerCase()
}

function isJson(type: string): boolean {
  return type === 'application/json' || /^application\/[a-z0-9.-]+\+json$/.test(type)
}

function describe(reply: HttpReply, type: string): string {
  if (reply.body.trim() === '') return 'nothing'
  return type === '' ? 'an unnamed media type' : display(type, 60)
}

function nonsense(reply: HttpReply, what: string): ToknError {
  return new ToknError('provider_nonsense', `the server ${what}`, {
    http: { status: reply.status },
    sent: true,
  })
}
