import { redact } from '../../core/secret.ts'
import { printable } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { widthOf } from './is-terminal.ts'
import { writeAll } from './write-all.ts'

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
const sentence = String.raw`^(?!tokn: hint: |next: )["\p{L}\d][^\ufdd0]*$`

/**
 * A sentence in lines of at most `width` characters, broken at its blanks. What follows the first is
 * set in, so that no foreign text can pass for a message of its own.
 */
export function wrapSentence(line: string, width: number): readonly string[] {
  if (line.length <= width || !new RegExp(sentence, 'u').test(line)) return [line]
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
  let text = ''
  for (const line of lines) text += `${printable(redact(line))}\n`
  return text
}

/** A warning as a line for a person. */
export function asWarning(text: string): string {
  return words.terminal.warning(text)
}
