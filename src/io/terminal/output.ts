import { writeSync } from 'node:fs'
import { systemCode, ToknError } from '../../core/errors.ts'
import { redact } from '../../core/secret.ts'
import { printable } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { widthOf } from './is-terminal.ts'

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

/**
 * Lines for a person on standard output. Whatever one contains, it stays one line, shows no secret
 * and cannot control the terminal. Throws `internal` when they could not be written.
 */
export function showLines(...lines: readonly string[]): void {
  writeAll(1, asText(lines))
}

/**
 * Lines for a person on standard error. As `showLines`, but the command does not fail where they
 * cannot be written; and in a terminal a sentence goes on in the next line between two words.
 */
export function writeLines(...lines: readonly string[]): void {
  try {
    const width = widthOf(2) ?? Number.POSITIVE_INFINITY
    // Redacted before: a secret that has blanks must not be broken at one.
    writeAll(2, asText(lines.flatMap((line) => wrapSentence(redact(line), width))))
  } catch {
    // Nobody is reading.
  }
}

/** As `writeLines`, for the beginning of a line that a person goes on with. */
export function writePart(text: string): void {
  try {
    writeAll(2, printable(redact(text)))
  } catch {
    // Nobody is reading.
  }
}

// What is to be copied whole is left to the terminal to break: commands, JSON, codes to scan; and
// what has a style in it cannot be counted.
const sentence = /^(?!tokn: hint: |next: )["\p{L}\d][^\ufdd0]*$/u

/**
 * A sentence in lines of at most `width` characters, broken at its blanks. What follows the first is
 * set in, so that no foreign text can pass for a message of its own.
 */
export function wrapSentence(line: string, width: number): readonly string[] {
  if (line.length <= width || !sentence.test(line)) return [line]
  const lines: string[] = []
  for (const word of line.split(' ')) {
    const last = lines.at(-1)
    const longer = `${last} ${word}`
    if (last === undefined) lines.push(word)
    else if ([...longer].length <= width) lines[lines.length - 1] = longer
    else lines.push(`  ${word}`)
  }
  return lines
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${printable(redact(line))}\n`).join('')
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

/** A warning as a line for a person. */
export function asWarning(text: string): string {
  return words.terminal.warning(text)
}
