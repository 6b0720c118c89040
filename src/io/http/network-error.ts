import { systemCode, ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { headLimit, ProxyError } from './connector.ts'
import {
  certificates,
  connections,
  cuts,
  handshakes,
  protocols,
  type Explanation,
} from './network-words.ts'

const proxy = 'the proxy'

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
  if (connection !== undefined)
    return failure(`cannot reach ${host}: ${connection}`, sent, reachHint(host))
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

function reachHint(host: string): string {
  return host === proxy
    ? 'check --proxy and HTTPS_PROXY'
    : 'check the address and the network: tokn doctor'
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
