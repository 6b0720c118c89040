import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { readPiece } from './input.ts'

/** Longest line, in bytes. */
const limit = 65_536
const lineFeed = 10

/**
 * The lines of standard input, each as soon as it is there, without its end; what stands behind the last
 * end is one as well. What is no UTF-8 is U+FFFD: a tool may pass on what others have said, and whoever
 * reads a line knows what of it matters. Throws `usage` for one that is too long.
 */
export function* readLines(): Generator<string> {
  let held = Buffer.alloc(0)
  for (;;) {
    const piece = readPiece()
    if (piece === undefined) {
      if (held.length > 0) yield textOf(held)
      return
    }
    held = Buffer.concat([held, piece])
    for (let end = held.indexOf(lineFeed); end >= 0; end = held.indexOf(lineFeed)) {
      yield textOf(held.subarray(0, end))
      held = held.subarray(end + 1)
    }
    if (held.length > limit) throw tooLong()
  }
}

function textOf(bytes: Buffer): string {
  if (bytes.length > limit) throw tooLong()
  return bytes.toString().replace(/\r$/, '')
}

function tooLong(): ToknError {
  return new ToknError('usage', words.files.tooMuchInput(limit / 1_024))
}
