import { systemCode, ToknError, type Said } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { headLimit, ProxyError } from './connector.ts'
import {
  certificateFaults,
  connectionFaults,
  cuts,
  handshakeFaults,
  protocols,
} from './network-faults.ts'

/** Who did not answer a request. */
interface Peer {
  readonly name: string
  readonly isProxy: boolean
}

/**
 * A failure to get an answer from `host`, in words. `sent`: whether bytes of the request may have
 * left. The cause is dropped, since undici's errors hold pieces of replies. A bug in this program
 * is returned unchanged.
 */
export function translateNetworkError(error: unknown, host: string, sent: boolean): unknown {
  if (error instanceof ToknError) return error
  if (error instanceof ProxyError) {
    const { cause } = error
    if (cause instanceof ToknError) return cause
    return explain(cause, { name: words.network.theProxy(), isProxy: true }, false)
  }
  return explain(error, { name: display(host, 120), isProxy: false }, sent)
}

function explain(error: unknown, peer: Peer, sent: boolean): unknown {
  const { name, isProxy } = peer
  const code = systemCode(error) ?? firstCode(error) ?? ''
  const certificate = certificateFaults.get(code)
  if (certificate !== undefined) {
    return lasting(words.network.badCertificate(name, certificate), sent)
  }
  const connection = connectionFaults.get(code)
  if (connection !== undefined) {
    return failure(words.network.cannotConnect(name, connection, isProxy), sent)
  }
  const nonsense = nonsenseOf(error, code, peer)
  if (nonsense !== undefined) {
    // What a proxy answers says nothing about the provider.
    return isProxy
      ? lasting(nonsense, sent)
      : new ToknError('provider_nonsense', nonsense, { sent })
  }
  const cut = isCutShort(error, code) ? 'cutShort' : cuts.get(code)
  // Before the request was sent, what was cut is the handshake.
  const asked = sent || isProxy
  if (cut !== undefined) return failure(words.network.noAnswer(name, asked, cut), sent)
  const reason = `${code} ${error instanceof Error ? error.message : ''}`.toUpperCase()
  const handshake = handshakeFaults.find(([part]) => reason.replaceAll(' ', '_').includes(part))
  if (handshake !== undefined) return lasting(words.network.noHandshake(name, handshake[1]), sent)
  if (code === '' && isBug(error)) return error
  if (/^(ERR_SSL_|ERR_TLS_)/.test(code)) {
    return lasting(words.network.handshakeFailed(name, display(code, 80)), sent)
  }
  return failure(words.network.noAnswer(name, asked, { code: display(code, 60) }), sent)
}

/** Errors that the runtime throws for bugs; those of the network have other classes. */
function isBug(error: unknown): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((one) => error instanceof one)
}

/** Why an answer cannot be read as HTTP/1.1. */
function nonsenseOf(error: unknown, code: string, { name, isProxy }: Peer): Said | undefined {
  const message = error instanceof Error ? error.message : ''
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return words.network.hugeHeaders(name, headLimit >> 10, isProxy)
  }
  if (code === 'UND_ERR_SOCKET' && message === 'bad upgrade') {
    return words.network.switchedProtocol(name, isProxy)
  }
  // The parser gives its errors no code.
  const parsed = isOfParser(error)
  if (isCutShort(error, code) || (!parsed && !code.startsWith('HPE_'))) return undefined
  if (!message.includes('Expected HTTP/')) {
    return words.network.otherProtocol(name, 'invalid', isProxy)
  }
  const start = parsed && 'data' in error ? String(error.data) : ''
  const known = protocols.find(([one]) => one.test(start))?.[1]
  return words.network.otherProtocol(name, known ?? 'other', isProxy)
}

function isOfParser(error: unknown): error is Error {
  return error instanceof Error && error.name === 'HTTPParserError'
}

/** Whether the connection ended within a body, of a reply after which it was to end (`connection: close`). */
function isCutShort(error: unknown, code: string): boolean {
  if (code === 'HPE_INVALID_EOF_STATE') return true
  return isOfParser(error) && error.message.includes('Invalid EOF state')
}

function failure(said: Said | string, sent: boolean): ToknError {
  return new ToknError('network', said, { sent })
}

/** A failure that trying again does not help. */
function lasting(said: Said | string, sent: boolean): ToknError {
  return new ToknError('network', said, { sent, lasting: true })
}

/** The error of the first address, where several were tried. */
function firstCode(error: unknown): string | undefined {
  return error instanceof AggregateError ? systemCode(error.errors[0]) : undefined
}
