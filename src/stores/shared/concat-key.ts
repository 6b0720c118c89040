import { createHash } from 'node:crypto'

interface KeyUse {
  /** AlgorithmID. */
  readonly algorithm: string
  /** Of the key, in bytes; at most 32, for which one round of SHA-256 is enough. */
  readonly length: number
  readonly partyU: string
  readonly partyV: string
}

/** Another key of an agreed secret: the Concat KDF of RFC 7518 section 4.6.2. */
export function concatKey(secret: Uint8Array, use: KeyUse): Uint8Array {
  return createHash('sha256')
    .update(number(1))
    .update(secret)
    .update(sized(use.algorithm))
    .update(sized(use.partyU))
    .update(sized(use.partyV))
    .update(number(use.length * 8))
    .digest()
    .subarray(0, use.length)
}

function sized(text: string): Buffer {
  return Buffer.concat([number(Buffer.byteLength(text)), Buffer.from(text)])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
