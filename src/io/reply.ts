import { ToknError } from '../core/errors.ts'
import type { HttpReply } from '../core/ports.ts'
import { display } from '../core/text.ts'

type Headers = HttpReply['headers']

const plainCharsets = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])

/** Names and values as undici read them: bytes, name and value in turn. */
export function readHeaders(raw: unknown): Headers {
  const parts = Array.isArray(raw) ? raw.map((part) => latin1(part)) : []
  return Array.from({ length: parts.length >> 1 }, (_, index) => [
    (parts[2 * index] ?? '').toLowerCase(),
    parts[2 * index + 1] ?? '',
  ])
}

/**
 * Throws `provider_nonsense` for a reply of which the body is not wanted: a redirect, a compressed
 * one (nobody asked for it, and a small one may unpack to gigabytes), one announced as too long.
 */
export function checkReplyHead(status: number, headers: Headers, url: URL, limit: number): void {
  if (status >= 300 && status < 400) throw redirected(status, valueOf(headers, 'location'), url)
  const encoding = valueOf(headers, 'content-encoding')?.trim().toLowerCase()
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    throw nonsense(`${url.host} sent a compressed answer, which nobody asked for`, status)
  }
  if (Number(valueOf(headers, 'content-length')) > limit) throw tooLong(url.host, limit, status)
}

/** Text of a body. What is said in an error's body is shown at most, so there it may be damaged. */
export function decodeBody(
  bytes: Uint8Array,
  status: number,
  headers: Headers,
  host: string,
): string {
  if (bytes.length === 0) return ''
  const type = valueOf(headers, 'content-type') ?? ''
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1]?.toLowerCase() ?? 'utf-8'
  if (status >= 400) return new TextDecoder().decode(bytes)
  if (charset === 'iso-8859-1' || charset === 'latin1') return latin1(bytes)
  if (!plainCharsets.has(charset)) {
    throw nonsense(`${host} answered in ${display(charset, 40)}, not in UTF-8`, status)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw nonsense(`the answer of ${host} is not UTF-8 text`, status)
  }
}

export function tooLong(host: string, limit: number, status: number): ToknError {
  return nonsense(`the answer of ${host} is longer than ${limit >> 10} KiB`, status)
}

function redirected(status: number, location: string | undefined, url: URL): ToknError {
  const target =
    location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined
  const where =
    target === undefined
      ? 'elsewhere'
      : target.origin === url.origin
        ? 'to another path'
        : `to ${display(target.origin === 'null' ? target.protocol : target.origin, 120)}`
  return new ToknError(
    'provider_nonsense',
    `provider redirected ${where}; tokn does not follow redirects with credentials`,
    { hint: 'check the base URL of the profile', http: { status }, sent: true },
  )
}

function nonsense(message: string, status: number): ToknError {
  return new ToknError('provider_nonsense', message, { http: { status }, sent: true })
}

function valueOf(headers: Headers, name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1]
}

function latin1(part: unknown): string {
  return part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : String(part)
}
