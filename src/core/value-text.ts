import { ToknError } from './errors.ts'
import { words } from '../messages/words.ts'

const byteOrderMark = '\ufeff'
const wideMarks: ReadonlyArray<readonly [first: number, second: number, name: string]> = [
  [0xff, 0xfe, 'UTF-16 (little-endian)'],
  [0xfe, 0xff, 'UTF-16 (big-endian)'],
]

/** The text of a file of the user's, or what it is instead. */
export type FileText =
  | { readonly text: string }
  /** Completes "... is": not text that is read here. */
  | { readonly instead: string }

/**
 * The bytes of a file as text: UTF-8, with or without a byte order mark, which is not part of it.
 * What Windows calls "Unicode" is told from what is damaged: it can be saved anew.
 */
export function textOfBytes(bytes: Uint8Array): FileText {
  const [first, second] = bytes
  const marked = wideMarks.find(([one, other]) => one === first && other === second)?.[2]
  const wide = marked ?? wideWithoutMark(bytes)
  // Two bytes alone may be damage as well as a mark: there is no text to be saved anew.
  if (wide !== undefined && bytes.length > 2) return { instead: `${wide}, not UTF-8` }
  try {
    return { text: withoutMark(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return { instead: 'not UTF-8 text' }
  }
}

/** As `textOfBytes`; throws `usage` with the name of `what`. */
export function requireText(bytes: Uint8Array, what: string): string {
  const read = textOfBytes(bytes)
  if ('text' in read) return read.text
  throw new ToknError('usage', words.core.notUtf8(what, read.instead))
}

/** Text less the byte order mark before it. */
export function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text
}

/**
 * One value out of a file, standard input or a variable: one rule for all of them. A mark before it
 * and exactly one newline after it are not its own; anything else that no line of text holds is
 * refused, for it would be sent. Throws `usage`, and never quotes the value.
 */
export function readValueText(given: string, what: string): string {
  // Editors and echo add one newline, a second one would be the value's own.
  const value = withoutMark(given).replace(/\r?\n$/, '')
  if (value === '') throw new ToknError('usage', words.core.emptyValue(what), { fault: 'empty' })
  // Keys in PEM or as a JWK have lines; nothing else that is asked for has.
  const lines = /^(-----BEGIN |\s*\{)/.test(value)
  if (!lines && /[\r\n]/.test(value)) {
    throw new ToknError('usage', words.core.severalLines(what))
  }
  const odd = lines ? /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/ : /[\0-\x1f\x7f]/
  const found = odd.exec(value)
  if (found === null) return value
  const point = value.codePointAt(found.index) ?? 0
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
  throw new ToknError('usage', words.core.controlCharacter(what, code))
}

/** Text of Latin letters in UTF-16 has a zero in every other byte (RFC 4627 section 3). */
function wideWithoutMark([first, second, third, fourth]: Uint8Array): string | undefined {
  if (first === undefined || second === undefined || fourth === undefined) return undefined
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'UTF-16 (little-endian)'
  return first === 0 && second !== 0 && third === 0 && fourth !== 0
    ? 'UTF-16 (big-endian)'
    : undefined
}
