import type { ClientAuth } from 'openid-client'
import { Secret } from '../../../core/secret.ts'

/**
 * HTTP Basic with the id and the secret encoded as RFC 6749 section 2.3.1 has it:
 * `application/x-www-form-urlencoded`. Like browsers, and unlike the library, it leaves `*`, `-`, `.`
 * and `_` as they are: a server that does not decode takes those, and one that does takes both.
 */
export function encodedBasic(secret: string): ClientAuth {
  return basic(encodeForm, secret)
}

/** HTTP Basic without that encoding: several real servers do not decode it. */
export function rawBasic(secret: string): ClientAuth {
  return basic((text) => text, secret)
}

/** Whether the two are not the same for this client. */
export function isEncodingSeen(clientId: string, secret: string): boolean {
  return [clientId, secret].some((text) => encodeForm(text) !== text)
}

function basic(encode: (text: string) => string, secret: string): ClientAuth {
  // A secret in this form too: a server may throw back what it was sent.
  const encoded = new Secret(encode(secret))
  return (_server, { client_id: id }, _body, headers) => {
    const pair = Buffer.from(`${encode(id)}:${encoded.reveal()}`).toString('base64')
    headers.set('authorization', `Basic ${pair}`)
  }
}

/** https://url.spec.whatwg.org/#urlencoded-serializing */
function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
