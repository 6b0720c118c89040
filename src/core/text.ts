import { plain, replaceUnprintable } from './data-text.ts'

// A style of ours in text for a person (bold, dim, a colour; or its end) begins with what nobody else
// can know, and only `printable` makes an escape sequence of it: none of others ever passes.
const mark = `\ufdd0${Math.random().toString(36).slice(2)}`
const style = new RegExp(`(${mark}\\[(?:1|2|22|3[1236]|39)m)`)

/** Foreign text as one printable line of at most `limit` characters. */
export function display(text: string, limit = 200): string {
  const safe = escape(text)
  return safe.length > limit ? `${wellFormed(safe.slice(0, limit))}…` : safe
}

/** A line for a person: escaped, but for styles of ours, which become what a terminal knows. */
export function printable(line: string): string {
  return betweenStyles(line).replaceAll(mark, '\u001b')
}

/** `text` with the escape sequences of `paint` around it, in the form that `printable` takes. */
export function styled(text: string, paint: (text: string) => string): string {
  return paint(betweenStyles(text)).replaceAll('\u001b', mark)
}

function betweenStyles(text: string): string {
  if (plain.test(text)) return text
  const parts = text.split(style)
  return parts.map((part, index) => (index % 2 === 1 ? part : escape(part))).join('')
}

function escape(text: string): string {
  return plain.test(text) ? text : replaceUnprintable(wellFormed(text), escapeCharacter)
}

function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd')
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** The candidate nearest to `word`, if it is near enough to have been meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return near(word, candidates)[0]
}

/** The candidates near enough to `word` to have been meant, or that go on where it ends; three at most. */
export function nearOnes(word: string, candidates: readonly string[]): readonly string[] {
  const close = near(word, candidates)
  const longer = word.length < 2 ? [] : candidates.filter((one) => one.startsWith(word))
  return [...new Set([...close, ...longer.toSorted()])].slice(0, 3)
}

/** The candidates near enough to `word` to have been meant, the nearest first. */
function near(word: string, candidates: readonly string[]): readonly string[] {
  return candidates
    .map((one) => ({ one, distance: editDistance(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, distance }) => distance <= boundFor(word, one))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ one }) => one)
}

/** How many slips may lie between two words for one to be meant by the other: most letters stay. */
function boundFor(left: string, right: string): number {
  const [shorter, longer] = [left.length, right.length].toSorted((a, b) => a - b) as [
    number,
    number,
  ]
  const most = Math.max(2, Math.floor(left.length / 3))
  return Math.min(most, Math.max(1, Math.floor(longer * 0.4)), Math.max(0, shorter - 1))
}

/** Letters to add, drop, replace or swap with their neighbour. */
function editDistance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 8 || left.length > 64) return Number.POSITIVE_INFINITY
  let before: readonly number[] = []
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      const swapped = i > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : substitution
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution, swap))
    }
    before = row
    row = next
  }
  return row[right.length] ?? Number.POSITIVE_INFINITY
}
