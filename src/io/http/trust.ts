import { X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { readFileSync, statSync } from 'node:fs'
import { ToknError } from '../../core/errors.ts'
import { requireText, textOfBytes } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { reasonOf, showPath } from '../files/system-error.ts'

export interface TrustOptions {
  /** PEM file with further certificate authorities. */
  readonly ca?: string | undefined
  /**
   * The value of NODE_EXTRA_CA_CERTS: Node drops it where authorities are given, so it is added
   * again.
   */
  readonly extraCa?: string | undefined
  /** PEM files of a client certificate (RFC 8705) and its key. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

const limit = 4_194_304
const block = /-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g

/** Whom to trust: Node's authorities and the added ones, TLS 1.2 at least. Throws `usage`. */
export function openTrust(options: TrustOptions): SecureContext {
  const { ca, certificate, key } = options
  // A way without TLS is no reason to load it.
  const { createSecureContext, rootCertificates } = process.getBuiltinModule('node:tls')
  if ((certificate === undefined) !== (key === undefined)) {
    throw new ToknError('usage', words.network.halfAPair())
  }
  const parts = {
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ...namedAuthorities(options)] }),
    ...(certificate === undefined ? {} : { cert: readPem(certificate) }),
    ...(key === undefined ? {} : { key: readPem(key) }),
  }
  try {
    return createSecureContext({ minVersion: 'TLSv1.2', ...parts })
  } catch (error) {
    const path = ca ?? certificate ?? ''
    throw new ToknError('usage', words.network.unusableCertificates(showPath(path)), {
      cause: error,
    })
  }
}

/** The authorities that were named besides those of the machine, in PEM. Throws `usage`. */
export function namedAuthorities({ ca, extraCa }: TrustOptions): readonly string[] {
  return [...readExtra(extraCa), ...(ca === undefined ? [] : [readCa(ca)])]
}

/** Every certificate is parsed here: OpenSSL silently skips what it cannot read. */
function readCa(path: string): string {
  const text = readPem(path)
  const found = text.match(block) ?? []
  if (found.length === 0) {
    throw new ToknError('usage', words.network.noCertificateIn(showPath(path)))
  }
  try {
    for (const one of found) void new X509Certificate(one)
    return text
  } catch {
    throw new ToknError('usage', words.network.damagedCertificate(showPath(path)))
  }
}

function readPem(path: string): string {
  let text: string
  try {
    const stats = statSync(path)
    if (!stats.isFile() || stats.size > limit) {
      throw new ToknError('usage', words.network.notACertificateFile(showPath(path)))
    }
    // OpenSSL silently skips a block whose first line begins with a byte order mark.
    text = requireText(readFileSync(path), showPath(path))
  } catch (error) {
    if (error instanceof ToknError) throw error
    throw new ToknError(
      'usage',
      words.network.cannotReadCertificate(showPath(path), reasonOf(error)),
    )
  }
  return text
}

function readExtra(path: string | undefined): readonly string[] {
  if (path === undefined || path === '') return []
  try {
    const read = textOfBytes(readFileSync(path))
    return 'text' in read ? [read.text] : []
  } catch {
    // Node itself only warns about this one.
    return []
  }
}
