import { systemCode, ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { headLimit, ProxyError } from './connector.ts'

interface Explanation {
  readonly text: string
  readonly hint?: string
}

const proxy = 'the proxy'
const trust = 'if you trust it, add its certificate authority with --ca FILE'

const certificates = new Map<string, Explanation>([
  ['CERT_HAS_EXPIRED', { text: 'has expired', hint: 'check the clock of this machine' }],
  ['CERT_NOT_YET_VALID', { text: 'is not valid yet', hint: 'check the clock of this machine' }],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', { text: 'is self-signed', hint: trust }],
  ['SELF_SIGNED_CERT_IN_CHAIN', { text: 'has an unknown issuer', hint: trust }],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', { text: 'has an unknown issuer', hint: trust }],
  ['UNABLE_TO_GET_ISSUER_CERT', { text: 'has an unknown issuer', hint: trust }],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', { text: 'has an unknown issuer', hint: trust }],
  ['CERT_UNTRUSTED', { text: 'has an issuer that is not trusted', hint: trust }],
  ['CERT_REVOKED', { text: 'was revoked' }],
  ['CERT_SIGNATURE_FAILURE', { text: 'has a wrong signature' }],
  ['INVALID_CA', { text: 'has an issuer that may not issue' }],
  ['INVALID_PURPOSE', { text: 'is not one for a server' }],
  ['CERT_CHAIN_TOO_LONG', { text: 'has too many issuers' }],
  ['PATH_LENGTH_EXCEEDED', { text: 'has too many issuers' }],
  ['HOSTNAME_MISMATCH', { text: 'is for another host', hint: 'check the base URL of the profile' }],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    { text: 'is for another host', hint: 'check the base URL of the profile' },
  ],
])

/** Why no connection came about. */
const connections = new Map<string, string>([
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['EAI_FAIL', 'its name could not be looked up'],
  ['EAI_NODATA', 'its name has no address'],
  ['ECONNREFUSED', 'it refused the connection'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ENETUNREACH', 'there is no network'],
  ['EADDRNOTAVAIL', 'there is no network'],
  ['ENETDOWN', 'there is no network'],
  ['EACCES', 'this machine does not allow the connection'],
  ['EPERM', 'this machine does not allow the connection'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it did not take the connection within 10 s'],
])

/** How one that stood came to an end: then what was asked was not answered, or not in whole. */
const cuts = new Map<string, string>([
  ['ECONNRESET', 'it cut the connection'],
  ['EPIPE', 'it cut the connection'],
  ['ECONNABORTED', 'the connection was cut'],
  ['UND_ERR_SOCKET', 'it closed the connection'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'its answer is not as long as it says'],
  ['HPE_INVALID_EOF_STATE', 'its answer was cut short'],
])

const noTls: Explanation = { text: 'it does not speak TLS on this port' }
const oldTls: Explanation = { text: 'it only speaks TLS older than 1.2' }
const ownCertificate: Explanation = {
  text: 'it does not take the client certificate',
  hint: 'check --cert FILE and --key FILE',
}
const handshakes: ReadonlyArray<readonly [part: string, Explanation]> = [
  ['WRONG_VERSION_NUMBER', noTls],
  ['HTTP_REQUEST', noTls],
  ['HTTPS_PROXY_REQUEST', noTls],
  ['PACKET_LENGTH', noTls],
  ['RECORD_LAYER_FAILURE', noTls],
  ['UNSUPPORTED_PROTOCOL', oldTls],
  ['PROTOCOL_VERSION', oldTls],
  ['NO_APPLICATION_PROTOCOL', { text: 'it speaks HTTP/2 only, and tokn HTTP/1.1' }],
  [
    'CERTIFICATE_REQUIRED',
    { text: 'it asks for a client certificate', hint: 'give one with --cert FILE and --key FILE' },
  ],
  ['ALERT_UNKNOWN_CA', ownCertificate],
  ['ALERT_BAD_CERTIFICATE', ownCertificate],
  ['ALERT_CERTIFICATE', ownCertificate],
  ['ALERT_UNSUPPORTED_CERTIFICATE', ownCertificate],
  ['ALERT_ACCESS_DENIED', ownCertificate],
  ['UNRECOGNIZED_NAME', { text: 'it serves no host of this name' }],
  ['HANDSHAKE_FAILURE', { text: 'the TLS handshake failed' }],
]

/** First bytes of what is not HTTP/1, where they say what it is. */
const protocols: ReadonlyArray<readonly [start: RegExp, name: string]> = [
  [/^SSH-/, 'the banner of an SSH server, not HTTP'],
  // A SETTINGS frame (RFC 9113 section 3.4).
  [/^\0\0[^]\x04[^]\0\0\0\0/, 'HTTP/2, which tokn does not speak'],
  // An alert, in any version of TLS.
  [/^\x15\x03/, 'TLS, where it was asked in plain HTTP'],
  [/^\x05/, 'the greeting of a SOCKS proxy, not HTTP'],
]

/**
 * A failure to get an answer from `host`, in words. `sent`: whether bytes of the request may have
 * left. The cause is left behind, since undici's errors hold pieces of replies. What is a bug of ours
 * stays what it is.
 */
export function translateNetworkError(error: unknown, host: string, sent: boolean): unknown {
  if (error instanceof ToknError) return error
  if (error instanceof ProxyError) {
    const { cause } = error
    return cause instanceof ToknError ? cause : explain(cause, proxy, false)
  }
  return explain(error, display(host, 120), sent)
}

function explain(error: unknown, host: string, sent: boolean): unknown {
  const code = systemCode(error) ?? firstCode(error) ?? ''
  const certificate = certificates.get(code)
  if (certificate !== undefined) {
    return lasting(`the certificate of ${host} ${certificate.text}`, sent, certificate.hint)
  }
  const connection = connections.get(code)
  if (connection !== undefined) return failure(`cannot reach ${host}: ${connection}`, sent)
  const nonsense = nonsenseOf(error, code)
  if (nonsense !== undefined) {
    const { text, hint } = nonsense
    const message = `${host} answered with ${text}`
    // Of the provider, what a proxy says says nothing.
    if (host === proxy) return lasting(message, sent, 'check --proxy and HTTPS_PROXY')
    return new ToknError('provider_nonsense', message, { hint, sent })
  }
  const cut = cuts.get(code)
  // Before a request, what was cut is the handshake.
  const stood = sent || host === proxy
  const none = stood ? `no whole answer came from ${host}` : `cannot reach ${host}`
  if (cut !== undefined) return failure(`${none}: ${cut}`, sent)
  const reason = `${code} ${error instanceof Error ? error.message : ''}`.toUpperCase()
  const handshake = handshakes.find(([part]) => reason.replaceAll(' ', '_').includes(part))?.[1]
  if (handshake !== undefined) {
    return lasting(`cannot reach ${host}: ${handshake.text}`, sent, handshake.hint)
  }
  if (code === '' && isBug(error)) return error
  if (/^(ERR_SSL_|ERR_TLS_)/.test(code)) {
    return lasting(`cannot reach ${host}: the TLS handshake failed (${display(code, 80)})`, sent)
  }
  const shown = code === '' ? 'the connection failed' : `error ${display(code, 60)}`
  return failure(`${none}: ${shown}`, sent)
}

/** Errors that the runtime throws for a wrong program; the network has others. */
function isBug(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((one) => error instanceof one)
}

/** What an answer is that cannot be read as one in HTTP/1.1. */
function nonsenseOf(error: unknown, code: string): Explanation | undefined {
  const message = error instanceof Error ? error.message : ''
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return { text: `headers too large to read: more than ${headLimit >> 10} KiB` }
  }
  if (code === 'UND_ERR_SOCKET' && message === 'bad upgrade') {
    return { text: 'another protocol than HTTP/1.1 (status 101)' }
  }
  // The parser gives its errors no code.
  const parsed = error instanceof Error && error.name === 'HTTPParserError'
  if (!parsed && !code.startsWith('HPE_')) return undefined
  if (code === 'HPE_INVALID_EOF_STATE') return undefined
  const hint = 'check the base URL of the profile'
  if (!message.includes('Expected HTTP/')) return { text: 'HTTP that breaks its own rules', hint }
  const start = parsed && 'data' in error ? String(error.data) : ''
  const known = protocols.find(([one]) => one.test(start))?.[1]
  return { text: known ?? 'something that is not HTTP', hint }
}

function failure(message: string, sent: boolean, hint?: string): ToknError {
  return new ToknError('network', message, { sent, hint })
}

/** A failure that no repetition helps. */
function lasting(message: string, sent: boolean, hint?: string): ToknError {
  return new ToknError('network', message, { sent, hint, lasting: true })
}

/** The error of the first address, where several were tried. */
function firstCode(error: unknown): string | undefined {
  return error instanceof AggregateError ? systemCode(error.errors[0]) : undefined
}
