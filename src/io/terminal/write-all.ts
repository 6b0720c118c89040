import { writeSync } from 'node:fs'
import { systemCode, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/**
 * Writes all of `text` to a file descriptor. Synchronous, and without the streams of `process`,
 * which cost a seventh of a bare start. Throws `internal` when it could not be written.
 */
export function writeAll(descriptor: number, text: string | Uint8Array): void {
  const bytes = Buffer.from(text)
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EAGAIN') pause()
      else throw translate(code)
    }
  }
}

function translate(code: string | undefined): ToknError {
  if (code === 'EPIPE') {
    return new ToknError('internal', words.terminal.readerGone(), { fault: 'reader-gone' })
  }
  return new ToknError('internal', words.terminal.outputNotWritten(code))
}

/** A pipe that is full for the moment: its reader is slow. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
}
