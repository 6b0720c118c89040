import { isFailure, isToknError, ToknError } from '../../../core/errors.ts'
import type { Clock, HttpReply } from '../../../core/ports.ts'
import { isTransient } from '../../../core/retry.ts'
import { display } from '../../../core/text.ts'
import { words } from '../../../messages/words.ts'
import { readBody } from '../../replies/body.ts'
import { explainRefusal } from '../replies/explain-refusal.ts'
import { readRefusal } from '../replies/refusal-reply.ts'
import { insteadOfMetadata, tidyMetadata, type Metadata } from './metadata.ts'
import { isRedirect, type Transport } from './transport.ts'

/** A document, and where it was found. */
export interface FoundDocument {
  /** Absent for a file. */
  readonly address?: URL | undefined
  readonly document: Metadata
}

/**
 * The document at exactly `address`. Throws `network` and what a refusal means; nothing else of a
 * login or refresh was sent, so all of it may be tried again.
 */
export async function readDocument(
  transport: Transport,
  clock: Clock,
  address: URL,
  timeout?: number,
): Promise<FoundDocument> {
  const headers = [['accept', 'application/json']] as const
  try {
    const request = { method: 'GET', url: address, headers, ...(timeout && { timeout }) }
    const reply = await transport.send(request, 'discovery')
    return { address, document: documentIn(reply, clock) }
  } catch (error) {
    throw isToknError(error) ? unsent(error) : error
  }
}

function documentIn(reply: HttpReply, clock: Clock): Metadata {
  const { status } = reply
  if (status < 200 || status >= 300) throw explainRefusal('discovery', readRefusal(reply, clock))
  const body = readBody(reply)
  const instead = insteadOfMetadata(body)
  if (instead === undefined) return tidyMetadata(body.value as Metadata)
  const message = display(words.oauth.answeredWith(instead), 200)
  throw new ToknError('provider_nonsense', message, { http: { status }, sent: true })
}

/**
 * The document of `issuer`: that of OpenID Connect Discovery first, then that of RFC 8414. Throws
 * what cannot be known to be for want of a document; `error` where there is just none.
 */
export async function discover(
  transport: Transport,
  clock: Clock,
  issuer: URL,
  { pasted, timeout }: { readonly pasted?: URL | undefined; readonly timeout?: number | undefined },
): Promise<FoundDocument | { readonly error: ToknError }> {
  let first: ToknError | undefined
  for (const address of addressesOf(issuer, pasted)) {
    try {
      return await readDocument(transport, clock, address, timeout)
    } catch (error) {
      // Some servers without a document answer with a page and a status of refusal.
      const page = isToknError(error, 'network') && !isTransient(error.details.http?.status ?? 500)
      if (isToknError(error, 'network', 'rate_limited', 'usage') && !page) throw error
      if (!isFailure(error)) throw error
      first ??= error
    }
  }
  if (first === undefined) throw new Error('an issuer has no address')
  return { error: sayAbsent(issuer, first) }
}

const [openid, oauth] = ['openid-configuration', 'oauth-authorization-server']

/** Where the document of an issuer may be, most usual first; `pasted` is where the user saw it. */
function addressesOf({ origin, pathname }: URL, pasted: URL | undefined): readonly URL[] {
  const path = pathname.replace(/\/+$/, '')
  const addresses = [
    ...(pasted === undefined ? [] : [pasted.href]),
    // OpenID Connect Discovery section 4.1.
    `${origin}${path}/.well-known/${openid}`,
    // RFC 8414 section 3.1.
    `${origin}/.well-known/${oauth}${path}`,
    // Both the other way round: section 5 of RFC 8414, and Okta, Keycloak and others.
    `${origin}/.well-known/${openid}${path}`,
    `${origin}${path}/.well-known/${oauth}`,
  ]
  return [...new Set(addresses)].map((address) => new URL(address))
}

function unsent(error: ToknError): ToknError {
  return new ToknError(error.code, error.message, { ...error.details, sent: false, cause: error })
}

/** What is said where there is no document at `issuer`, or at the address that was given for it. */
export function sayAbsent(issuer: URL, error: ToknError): ToknError {
  const { http } = error.details
  if (error.code === 'network' || (isRedirect(error) && error.details.hint !== undefined))
    return error
  if (error.code === 'provider_nonsense') {
    const said = words.oauth.noDiscoveryDocument(issuer.href, error.message)
    return new ToknError(error.code, said, { http, sent: false })
  }
  const said = words.oauth.noDiscoveryDocument(issuer.href)
  return new ToknError('provider_refused', said, { http, sent: false })
}
