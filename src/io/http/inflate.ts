import { brotliDecompress, constants, gunzip, inflate as unzip, inflateRaw } from 'node:zlib'
import type { Packing, Unpacked } from './unpack.ts'

type Done = (error: NodeJS.ErrnoException | null, result: Uint8Array) => void

/**
 * A body of which it is known how it was compressed. A file of its own: `import()` of a part of Node
 * would start a second loader, which takes longer than the part itself.
 */
export async function inflate(
  bytes: Uint8Array,
  packing: Packing,
  limit: number,
): Promise<Unpacked> {
  // Whether a truncated stream is complete is decided by whoever reads the text.
  const options = { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH }
  const ways: Readonly<Record<Packing, ReadonlyArray<(done: Done) => void>>> = {
    gzip: [(done) => gunzip(bytes, options, done)],
    // RFC 9110 means the zlib format; several servers send the raw stream.
    deflate: [(done) => unzip(bytes, options, done), (done) => inflateRaw(bytes, options, done)],
    br: [(done) => brotliDecompress(bytes, { maxOutputLength: limit }, done)],
  }
  for (const way of ways[packing]) {
    const outcome = await attempt(way)
    if (outcome !== undefined) return outcome
  }
  return { failure: 'unknown' }
}

async function attempt(way: (done: Done) => void): Promise<Unpacked | undefined> {
  return await new Promise((resolve) => {
    way((error, result) => {
      if (error === null) resolve({ bytes: result })
      else resolve(error.code === 'ERR_BUFFER_TOO_LARGE' ? { failure: 'large' } : undefined)
    })
  })
}
