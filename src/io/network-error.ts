import { systemCode, ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { ProxyError } from './connector.ts'

interface Explanation {
  readonly text: string
  readonly hint?: string
}

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
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    { text: 'is for another host', hint: 'check the base URL of the profile' },
  ],
])

const connections = new Map<string, string>([
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['EAI_FAIL', 'its name could not be looked up'],
  ['EAI_NODATA', 'its name has no address'],
  ['ECONNREFUSED', 'it refused the connection'],
  ['ECONNRESET', 'it cut the connection'],
  ['EPIPE', 'it cut the connection'],
  ['ECONNABORTED', 'the connection was cut'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ENETUNREACH', 'there is no network'],
  ['EADDRNOTAVAIL', 'there is no network'],
  ['ENETDOWN', 'there is no network'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it did not take the connection within 10 s'],
  ['UND_ERR_SOCKET', 'it closed the connection before a whole answer'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'its answer was cut short'],
  ['HPE_INVALID_EOF_STATE', 'its answer was cut short'],
])

const handshakes: ReadonlyArray<readonly [part: string, Explanation]> = [
  ['WRONG_VERSION_NUMBER', { text: 'it does not speak TLS on this port' }],
  ['HTTP_REQUEST', { text: 'it does not speak TLS on this port' }],
  ['PACKET_LENGTH', { text: 'it does not speak TLS on this port' }],
  ['UNSUPPORTED_PROTOCOL', { text: 'it only speaks TLS older than 1.2' }],
  ['PROTOCOL_VERSION', { text: 'it only speaks TLS older than 1.2' }],
  [
    'CERTIFICATE_REQUIRED',
    { text: 'it asks for a client certificate', hint: 'give one with --cert FILE and --key FILE' },
  ],
  ['HANDSHAKE_FAILURE', { text: 'the TLS handshake failed' }],
]

/**
 * A failure to get an answer from `host`, in words. `sent`: whether bytes of the request may have
 * left. The cause is left behind, since undici's errors hold pieces of replies.
 */
export function translateNetworkError(error: unknown, host: string, sent: boolean): ToknError {
  if (error instanceof ToknError) return error
  if (error instanceof ProxyError) return explain(error.cause, 'the proxy', false)
  return explain(error, display(host, 120), sent)
}

function explain(error: unknown, host: string, sent: boolean): ToknError {
  const code = systemCode(error) ?? firstCode(error) ?? ''
  const certificate = certificates.get(code)
  if (certificate !== undefined) {
    return failure(`the certificate of ${host} ${certificate.text}`, sent, certificate.hint)
  }
  const connection = connections.get(code)
  if (connection !== undefined) return failure(`cannot reach ${host}: ${connection}`, sent)
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return new ToknError('provider_nonsense', `${host} answered with headers too large to read`, {
      sent,
    })
  }
  if (code.startsWith('HPE_')) {
    return new ToknError('provider_nonsense', `${host} answered with something that is not HTTP`, {
      hint: 'check the base URL of the profile',
      sent,
    })
  }
  const reason = `${code} ${error instanceof Error ? error.message : ''}`.toUpperCase()
  const handshake = handshakes.find(([part]) => reason.replaceAll(' ', '_').includes(part))?.[1]
  if (handshake !== undefined) {
    return failure(`cannot reach ${host}: ${handshake.text}`, sent, handshake.hint)
  }
  const shown = code === '' ? 'the connection failed' : `error ${display(code, 60)}`
  return failure(`cannot reach ${host}: ${shown}`, sent)
}

function failure(message: string, sent: boolean, hint?: string): ToknError {
  return new ToknError('network', message, { sent, hint })
}

/** The error of the first address, where several were tried. */
function firstCode(error: unknown): string | undefined {
  return error instanceof AggregateError ? systemCode(error.errors[0]) : undefined
}
