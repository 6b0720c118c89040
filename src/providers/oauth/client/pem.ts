import { createHash, X509Certificate, type KeyObject } from 'node:crypto'

interface Block {
  readonly label: string
  /** As OpenSSL reads it: lines of 64 characters, each with its end. */
  readonly text: string
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g

/**
 * The blocks of a PEM text (RFC 7468), however it has come through variables and editors: with `\n` as two
 * characters, with CRLF, with spaces, or all on one line.
 */
function pemBlocks(text: string): readonly Block[] {
  const lines = text.replaceAll(/(\\r)?\\n|\r\n?/g, '\n')
  return [...lines.matchAll(block)].map(([whole, label = '', body = '']) => {
    // The headers of an encrypted key (RFC 1421) are told by their colon.
    if (body.includes(':')) return { label, text: `${whole}\n` }
    const packed = body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? []
    return {
      label,
      text: [`-----BEGIN ${label}-----`, ...packed, `-----END ${label}-----\n`].join('\n'),
    }
  })
}

/** The key among the blocks of `text`; the text itself where there is none. */
export function privateKeyBlock(text: string): string {
  return pemBlocks(text).find(({ label }) => label.endsWith('PRIVATE KEY'))?.text ?? text
}

/** Names of a certificate in the header of a signature (RFC 7515 sections 4.1.7 and 4.1.8). */
export interface Thumbprints {
  readonly x5t: string
  readonly 'x5t#S256': string
}

/**
 * The thumbprints of the certificate that belongs to `key`; `undefined` where `text` has none at all.
 * Returns `another` where they all belong to other keys, `certificate` for a damaged one.
 */
export function thumbprintsFor(
  key: KeyObject,
  text: string,
): Thumbprints | 'another' | 'certificate' | undefined {
  const blocks = pemBlocks(text).filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label))
  if (blocks.length === 0) return undefined
  try {
    const certificates = blocks.map((one) => new X509Certificate(one.text))
    const own = certificates.find((one) => one.checkPrivateKey(key))
    if (own === undefined) return 'another'
    const digest = (name: string) => createHash(name).update(own.raw).digest('base64url')
    return { x5t: digest('sha1'), 'x5t#S256': digest('sha256') }
  } catch {
    return 'certificate'
  }
}
