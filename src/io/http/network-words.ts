// What is said of each way in which a connection can fail, by the codes of Node, OpenSSL and undici.

export interface Explanation {
  readonly text: string
  readonly hint?: string
}

const trust = 'if you trust it, add its certificate authority with --ca FILE'

export const certificates = new Map<string, Explanation>([
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
export const connections = new Map<string, string>([
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
export const cuts = new Map<string, string>([
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
export const handshakes: ReadonlyArray<readonly [part: string, Explanation]> = [
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
export const protocols: ReadonlyArray<readonly [start: RegExp, name: string]> = [
  [/^SSH-/, 'the banner of an SSH server, not HTTP'],
  // A SETTINGS frame (RFC 9113 section 3.4).
  [/^\0\0[^]\x04[^]\0\0\0\0/, 'HTTP/2, which tokn does not speak'],
  // An alert, in any version of TLS.
  [/^\x15\x03/, 'TLS, where it was asked in plain HTTP'],
  [/^\x05/, 'the greeting of a SOCKS proxy, not HTTP'],
]
