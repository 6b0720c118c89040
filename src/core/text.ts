// Controls (C0, C1, DEL), format characters (bidirectional overrides, zero-width ones, tags), line
// separators, noncharacters, and whatever else shows as nothing (but for the selectors that emoji end
// with): what foreign text could use to drive a terminal or to look like something else.
const unprintable =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|(?![\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}/gu

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
  const parts = text.split(style)
  return parts.map((part, index) => (index % 2 === 1 ? part : escape(part))).join('')
}

function escape(text: string): string {
  return wellFormed(text).replace(unprintable, escapeCharacter)
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/**
 * A word of a command line that a person may copy: in double quotes, which every shell knows, where
 * none takes anything in it for more than text; else as a POSIX shell wants it.
 */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return /["\\$`!]/.test(word) || word === '' ? quotePosix(word) : `"${word}"`
}

/** In single quotes, as a POSIX shell reads them. */
export function quotePosix(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A JSON document as `JSON.stringify` writes it, which leaves more than half of those as they are. */
export function showJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(unprintable, (character) =>
    character === '\n' ? character : character.split('').map(unicodeEscape).join(''),
  )
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * RFC 3339 in UTC, whole seconds: `2026-02-20T10:53:31Z`. For data: JSON, variables, requests, values
 * of flags. What people read has `words.times.instant`, which another language may write otherwise.
 */
export function timestamp(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z')
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
