import { createHash } from 'node:crypto'

interface KeyUse {
  /** AlgorithmID. */
  readonly algorithm: string
  /** Of the key, in bytes; at most 32, for which one round of SHA-256 is enough. */
  readonly length: number
  readonly partyU: string
  readonly partyV: string
}

/** Another key of an agreed secret: the Concat KDF of RFC 7518 section 4.6.2. All names are ASCII. */
export function concatKey(secret: Uint8Array, use: KeyUse): Uint8Array {
  const [algorithm, partyU, partyV] = [use.algorithm, use.partyU, use.partyV].map(sized)
  const info = `${algorithm}${partyU}${partyV}${number(use.length * 8)}`
  const hash = createHash('sha256').update(number(1), 'latin1').update(secret)
  return hash.update(info, 'latin1').digest().subarray(0, use.length)
}

function sized(text: string): string {
  return `${number(text.length)}${text}`
}

/** Four bytes, the highest first; of numbers below 65,536. */
function number(value: number): string {
  return String.fromCharCode(0, 0, value >> 8, value & 255)
}
