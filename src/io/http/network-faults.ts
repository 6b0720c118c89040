import type { words } from '../../messages/words.ts'

type Texts = (typeof words)['network']
type CertificateFault = Parameters<Texts['badCertificate']>[1]
type ConnectionFault = Parameters<Texts['cannotConnect']>[1]
type Cut = Extract<Parameters<Texts['noAnswer']>[2], string>
type HandshakeFault = Parameters<Texts['noHandshake']>[1]
type Protocol = Parameters<Texts['otherProtocol']>[1]

// What the codes of Node, OpenSSL and undici mean.

export const certificateFaults: ReadonlyMap<string, CertificateFault> = new Map([
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'notYetValid'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'selfSigned'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknownIssuer'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknownIssuer'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'unknownIssuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknownIssuer'],
  ['CERT_UNTRUSTED', 'untrustedIssuer'],
  ['CERT_REVOKED', 'revoked'],
  ['CERT_SIGNATURE_FAILURE', 'wrongSignature'],
  ['INVALID_CA', 'notAnAuthority'],
  ['INVALID_PURPOSE', 'notForServers'],
  ['CERT_CHAIN_TOO_LONG', 'longChain'],
  ['PATH_LENGTH_EXCEEDED', 'longChain'],
  ['HOSTNAME_MISMATCH', 'otherHost'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'otherHost'],
])

/** Why no connection came about. */
export const connectionFaults: ReadonlyMap<string, ConnectionFault> = new Map([
  ['ENOTFOUND', 'noSuchHost'],
  ['EAI_AGAIN', 'notResolved'],
  ['EAI_FAIL', 'notResolved'],
  ['EAI_NODATA', 'noAddress'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timedOut'],
  ['EHOSTUNREACH', 'noRoute'],
  ['ENETUNREACH', 'noNetwork'],
  ['EADDRNOTAVAIL', 'noNetwork'],
  ['ENETDOWN', 'noNetwork'],
  ['EACCES', 'notAllowed'],
  ['EPERM', 'notAllowed'],
  ['UND_ERR_CONNECT_TIMEOUT', 'notAccepted'],
])

/** How a connection that was open came to an end: the request was not answered, or not completely. */
export const cuts: ReadonlyMap<string, Cut> = new Map([
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ECONNABORTED', 'aborted'],
  ['UND_ERR_SOCKET', 'closed'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'otherLength'],
])

/** Parts of the codes and messages of OpenSSL. */
export const handshakeFaults: ReadonlyArray<readonly [part: string, HandshakeFault]> = [
  ['WRONG_VERSION_NUMBER', 'noTls'],
  ['HTTP_REQUEST', 'noTls'],
  ['HTTPS_PROXY_REQUEST', 'noTls'],
  ['PACKET_LENGTH', 'noTls'],
  ['RECORD_LAYER_FAILURE', 'noTls'],
  ['UNSUPPORTED_PROTOCOL', 'oldTls'],
  ['PROTOCOL_VERSION', 'oldTls'],
  ['NO_APPLICATION_PROTOCOL', 'onlyHttp2'],
  ['CERTIFICATE_REQUIRED', 'wantsCertificate'],
  ['ALERT_UNKNOWN_CA', 'refusesCertificate'],
  ['ALERT_BAD_CERTIFICATE', 'refusesCertificate'],
  ['ALERT_CERTIFICATE', 'refusesCertificate'],
  ['ALERT_UNSUPPORTED_CERTIFICATE', 'refusesCertificate'],
  ['ALERT_ACCESS_DENIED', 'refusesCertificate'],
  ['UNRECOGNIZED_NAME', 'otherName'],
  ['HANDSHAKE_FAILURE', 'failed'],
]

/** First bytes of what is not HTTP/1, where they say what it is. */
export const protocols: ReadonlyArray<readonly [start: RegExp, Protocol]> = [
  [/^SSH-/, 'ssh'],
  // A SETTINGS frame (RFC 9113 section 3.4).
  [/^\0\0[^]\x04[^]\0\0\0\0/, 'http2'],
  // An alert, in any version of TLS.
  [/^\x15\x03/, 'tls'],
  [/^\x05/, 'socks'],
]
