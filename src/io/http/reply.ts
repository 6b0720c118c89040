import { ToknError, type Said } from '../../core/errors.ts'
import type { HttpReply, HttpRequest } from '../../core/ports.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { decodeText } from './reply-text.ts'
import { unpack } from './unpack.ts'

type Headers = HttpReply['headers']

/** A reply as it was received, and what it may be. */
export interface RawReply {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  readonly url: URL
  /** Longest body, decompressed, in bytes. */
  readonly limit: number
  /**
   * Whether it may hold tokens, which cannot be asked for twice: then even an unreadable body is
   * kept.
   */
  readonly grants: boolean
  /** Whether there was more of it than the limit. */
  readonly cut: boolean
}

/** Names and values as undici read them: bytes, name and value in turn. */
export function readHeaders(raw: unknown): Headers {
  const parts = Array.isArray(raw) ? raw.map((part) => latin1(part)) : []
  return Array.from({ length: parts.length >> 1 }, (_, index) => [
    (parts[2 * index] ?? '').toLowerCase(),
    parts[2 * index + 1] ?? '',
  ])
}

/**
 * Throws `provider_nonsense` for a reply whose body is not to be read: a redirect, or one announced
 * as too long. An error is read however long it is: its status is an answer.
 */
export function checkReplyHead(
  status: number,
  headers: Headers,
  { url, redirectIsReply }: Pick<HttpRequest, 'url' | 'redirectIsReply'>,
  limit: number,
): void {
  if (status >= 300 && status < 400) {
    if (redirectIsReply === true) return
    throw redirected(status, valueOf(headers, 'location'), url)
  }
  if (status < 300 && Number(valueOf(headers, 'content-length')) > limit) {
    throw tooLong(url.host, limit, status)
  }
}

/**
 * The reply with its body decompressed and as text. Throws `provider_nonsense` for a body that is
 * longer than the limit when decompressed, or whose compression is unknown. The body of an error,
 * or of an answer that may hold tokens, is kept in the latter case: one character a byte, under its
 * `content-encoding`.
 */
export async function openReply(reply: RawReply): Promise<HttpReply> {
  const { status, headers, url, limit } = reply
  const named = headers.filter(([name]) => name === 'content-encoding').map(([, value]) => value)
  const opened = await unpack(reply.bytes, named, limit)
  if ('bytes' in opened) {
    const type = valueOf(headers, 'content-type') ?? ''
    const plain = headers.filter(([name]) => name !== 'content-encoding')
    const body = decodeText(opened.bytes, type)
    return { status, headers: plain, body, ...(reply.cut ? { cut: limit } : {}) }
  }
  if (status < 400 && opened.failure === 'large') throw tooLong(url.host, limit, status)
  if (status < 400 && !reply.grants) {
    const how = quoteForeign(named.join(', ') || 'gzip', 40)
    throw nonsense(words.network.compressedUnknown(url.host, how), status)
  }
  const packed = named.length === 0 ? ([['content-encoding', 'gzip']] as const) : []
  return { status, headers: [...headers, ...packed], body: latin1(reply.bytes) }
}

export function tooLong(host: string, limit: number, status: number): ToknError {
  return nonsense(words.network.tooLong(host, limit >> 10), status)
}

function redirected(status: number, location: string | undefined, url: URL): ToknError {
  const target =
    location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined
  const where =
    target === undefined
      ? 'elsewhere'
      : target.origin === url.origin
        ? { place: quoteForeign(target.pathname, 120) }
        : { place: quoteForeign(target.origin === 'null' ? target.protocol : target.origin, 120) }
  return new ToknError('provider_nonsense', words.network.redirected(where), {
    http: { status },
    sent: true,
  })
}

function nonsense(said: string | Said, status: number): ToknError {
  return new ToknError('provider_nonsense', said, { http: { status }, sent: true })
}

function valueOf(headers: Headers, name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1]
}

function latin1(part: unknown): string {
  return part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : String(part)
}
