/** A body, or why it cannot be decompressed: `large` when it would be longer than the limit. */
export type Unpacked = { readonly bytes: Uint8Array } | { readonly failure: 'large' | 'unknown' }

export type Packing = 'gzip' | 'deflate' | 'br'

const names: Readonly<Record<string, Packing>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
}

/**
 * A body as it was before it was compressed (RFC 9110 section 8.4), `limit` bytes at most. The
 * bytes decide: what is labelled gzip but is not stays as it is, and gzip without a label is
 * decompressed. One layer is; two are `unknown`, as are other compressions.
 */
export async function unpack(
  bytes: Uint8Array,
  named: readonly string[],
  limit: number,
): Promise<Unpacked> {
  const layers = named
    .flatMap((value) => value.toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  const packing = layers.length === 0 ? sniff(bytes) : names[layers[0] ?? '']
  // Labelled as compressed, and is not: the labels of servers are hints.
  if (isText(bytes) || (layers.length === 0 && packing === undefined)) return { bytes }
  if (layers.length > 1 || packing === undefined) return { failure: 'unknown' }
  const { inflate } = await import('./inflate.ts')
  const undone = await inflate(bytes, packing, limit)
  return 'bytes' in undone && isGzip(undone.bytes) ? { failure: 'unknown' } : undone
}

function sniff(bytes: Uint8Array): Packing | undefined {
  return isGzip(bytes) ? 'gzip' : undefined
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Whether it begins with nothing but ASCII, as text does and compressed data does not. */
function isText(bytes: Uint8Array): boolean {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const first = bytes.subarray(from, from + 32)
  return first.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d))
}
