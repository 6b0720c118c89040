// English texts about requests: connections, TLS, proxies, replies that cannot be read.

const trust =
  'if you trust it, add its certificate authority with --ca FILE, or NODE_EXTRA_CA_CERTS=FILE'
const checkClock = 'check the clock of this machine'
const checkBaseUrl = 'check the base URL of the profile'
const checkProxy = 'check --proxy and HTTPS_PROXY'

export const theProxy = () => 'the proxy'

// What is wrong with the certificate of a server.

const certificates = {
  expired: { text: 'has expired', hint: checkClock },
  notYetValid: { text: 'is not valid yet', hint: checkClock },
  selfSigned: { text: 'is self-signed', hint: trust },
  unknownIssuer: { text: 'has an unknown issuer', hint: trust },
  untrustedIssuer: { text: 'has an issuer that is not trusted', hint: trust },
  revoked: { text: 'was revoked', hint: undefined },
  wrongSignature: { text: 'has an invalid signature', hint: undefined },
  notAnAuthority: { text: 'has an issuer that is not a certificate authority', hint: undefined },
  notForServers: { text: 'is not a server certificate', hint: undefined },
  longChain: { text: 'has too long a chain of issuers', hint: undefined },
  otherHost: { text: 'is for another host', hint: checkBaseUrl },
} as const

type CertificateFault = keyof typeof certificates

export const badCertificate = (host: string, fault: CertificateFault) => ({
  message: `the certificate of ${host} ${certificates[fault].text}`,
  hint: certificates[fault].hint,
})

// Why there is no connection.

const connections = {
  noSuchHost: 'there is no such host',
  notResolved: 'its name could not be looked up',
  noAddress: 'its name has no address',
  refused: 'it refused the connection',
  timedOut: 'the connection timed out',
  noRoute: 'no route to host',
  noNetwork: 'there is no network',
  notAllowed: 'this machine does not allow the connection',
  notAccepted: 'it did not accept the connection within 10 s',
} as const

type ConnectionFault = keyof typeof connections

export const cannotConnect = (host: string, fault: ConnectionFault, isProxy: boolean) => ({
  message: `cannot reach ${host}: ${connections[fault]}`,
  hint: isProxy ? checkProxy : 'check the address and the network: tokn doctor',
})

// How a connection came to an end too early.

const cuts = {
  reset: 'it cut the connection',
  aborted: 'the connection was cut',
  closed: 'it closed the connection',
  otherLength: 'its answer is not as long as it says',
  cutShort: 'its answer was cut short',
} as const

type Cut = keyof typeof cuts

/** `asked`: the request may have been sent. `why` is a code where it is no `Cut`. */
export const noAnswer = (host: string, asked: boolean, why: Cut | { readonly code: string }) => {
  const reason = typeof why === 'string' ? cuts[why] : brokenOff(why.code)
  return `${asked ? `no complete answer came from ${host}` : `cannot reach ${host}`}: ${reason}`
}

const brokenOff = (code: string) => (code === '' ? 'the connection failed' : `error ${code}`)

// Why no TLS connection came about.

const checkOwnCertificate = 'check --cert FILE and --key FILE'

const handshakes = {
  noTls: { text: 'it does not speak TLS on this port', hint: undefined },
  oldTls: { text: 'it only speaks TLS older than 1.2', hint: undefined },
  onlyHttp2: { text: 'it only speaks HTTP/2, and tokn only HTTP/1.1', hint: undefined },
  wantsCertificate: {
    text: 'it asks for a client certificate',
    hint: 'give one with --cert FILE and --key FILE',
  },
  refusesCertificate: { text: 'it rejects the client certificate', hint: checkOwnCertificate },
  otherName: { text: 'it does not serve a host of this name', hint: undefined },
  failed: { text: 'the TLS handshake failed', hint: undefined },
} as const

type HandshakeFault = keyof typeof handshakes

export const noHandshake = (host: string, fault: HandshakeFault) => ({
  message: `cannot reach ${host}: ${handshakes[fault].text}`,
  hint: handshakes[fault].hint,
})

export const handshakeFailed = (host: string, code: string) =>
  `cannot reach ${host}: the TLS handshake failed (${code})`

// Answers that are not HTTP/1.1.

const protocols = {
  ssh: 'the banner of an SSH server, not HTTP',
  http2: 'HTTP/2, which tokn does not speak',
  tls: 'TLS, where it was asked in plain HTTP',
  socks: 'the greeting of a SOCKS proxy, not HTTP',
  other: 'something that is not HTTP',
  invalid: 'HTTP that breaks its own rules',
} as const

type Protocol = keyof typeof protocols

export const otherProtocol = (host: string, protocol: Protocol, isProxy: boolean) => ({
  message: `${host} answered with ${protocols[protocol]}`,
  hint: isProxy ? checkProxy : checkBaseUrl,
})

export const hugeHeaders = (host: string, kibibytes: number, isProxy: boolean) => ({
  message: `${host} answered with headers too large to read: more than ${kibibytes} KiB`,
  hint: isProxy ? checkProxy : undefined,
})

export const switchedProtocol = (host: string, isProxy: boolean) => ({
  message: `${host} answered with a protocol other than HTTP/1.1 (status 101)`,
  hint: isProxy ? checkProxy : undefined,
})

export const onlyInterim = (host: string) =>
  `${host} sent interim answers only (status 1xx), and no final one`

export const compressedUnknown = (host: string, how: string) =>
  `${host} sent an answer in a compression (${how}) that tokn does not know`

export const tooLong = (host: string, kibibytes: number) => ({
  message: `the answer of ${host} is longer than ${kibibytes} KiB`,
  hint: 'no more is read of one answer: check the address (tokn info); for a list there is tokn list --local',
})

/** `place`: the origin, where it is another one, else the path. */
export const redirected = (target: 'elsewhere' | { readonly place: string }) => ({
  message: `provider redirected ${typeof target === 'string' ? target : `to ${target.place}`}; tokn does not follow redirects with credentials`,
  hint: checkBaseUrl,
})

// Time.

const silences = {
  answer: 'did not answer',
  answerThroughProxy: 'did not answer through the proxy',
  answerToConnection: 'accepted the connection and did not answer',
  connection: 'could not be reached',
} as const

type Silence = keyof typeof silences

/** `seconds`: 0 where next to nothing was left of the time of the whole command. */
export const timedOut = (host: string, silence: Silence, seconds: number) => ({
  message: `${host} ${silences[silence]} ${seconds > 0 ? `within ${seconds} s` : 'in the time that was left'}`,
  hint: 'try again, or wait longer with --timeout',
})

// Requests that are not made.

export const notHttps = (origin: string) => ({
  message: `refusing ${origin}: it is not https`,
  hint: 'http:// is allowed for 127.0.0.1, [::1] and localhost only',
})

export const userInUrl = (host: string) =>
  `a request to ${host} has a user or a fragment in its URL`

export const forbiddenHeader = (name: string) => `a request cannot have the header "${name}"`

export const badHeaderValue = (name: string) => ({
  message: `the value of the header ${name} cannot be sent`,
  hint: 'it contains a line break, another control character, or one that is not Latin-1',
})

export const serversNotChecked = () => ({
  message: 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the verification of servers',
  hint: 'unset it; to add a certificate authority of your own, use --ca FILE, or NODE_EXTRA_CA_CERTS=FILE',
})

// Proxies.

export const proxyRefused = (status: number, lasting: boolean) => ({
  message: `the proxy answered ${status} and made no connection`,
  hint: lasting ? 'check --proxy and NO_PROXY' : 'try again; or check --proxy and NO_PROXY',
})

export const proxyWantsOtherLogin = () => ({
  message: 'the proxy answered 407: it requires an authentication that tokn does not support',
  hint: 'run a proxy on this machine that logs in to it, such as px or cntlm, and use that one',
})

export const proxyWantsLogin = (given: boolean) => ({
  message: `the proxy answered 407 and made no connection: ${given ? 'it rejects the user and password given' : 'it wants a user and password'}`,
  hint: 'put its user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT',
})

export const proxyPasswordInProfile = () => ({
  message: 'a profile cannot hold the password of a proxy',
  hint: 'put it into the variable HTTPS_PROXY',
})

const named = (from: string | undefined) =>
  from === undefined ? 'the proxy' : `the proxy in ${from}`

/** `from` is the variable that it was read from. */
export const proxyNotAUrl = (from: string | undefined) => ({
  message: `${named(from)} is not a valid URL`,
  hint: 'write it as http://host:port',
})

export const proxyNotSupported = (from: string | undefined, kind: string) => ({
  message: `${named(from)} is a ${kind} proxy, which is not supported`,
  hint: `use an http:// or https:// proxy${/^all_proxy$/i.test(from ?? '') ? ' (HTTPS_PROXY wins over it)' : ''}, or none: NO_PROXY='*'`,
})

export const severalRoutes = () => ({
  message: 'some of the URLs are reached through a proxy, and some are not',
  hint: 'run it once for each',
})

// Certificates of the user's own.

export const halfAPair = () => ({
  message: 'a client certificate and its key belong together',
  hint: 'give both --cert FILE and --key FILE',
})

export const unusableCertificates = (path: string) => ({
  message: `the certificates of ${path} cannot be used`,
  hint: 'they must be PEM; a client certificate must match its key',
})

export const noCertificateIn = (path: string) => ({
  message: `there is no certificate in ${path}`,
  hint: 'it must be a PEM file: -----BEGIN CERTIFICATE-----',
})

export const damagedCertificate = (path: string) => `a certificate in ${path} is damaged`

export const notACertificateFile = (path: string) => `${path} is not a file of certificates`

export const cannotReadCertificate = (path: string, reason: string) =>
  `cannot read ${path}: ${reason}`
