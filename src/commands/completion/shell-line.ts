/** What quotes are open at a place in a line: none, `'`, `"`, or `$'`, of which nothing is completed. */
export type Quote = '' | "'" | '"' | "$'"

/** A word of a command line. */
export interface ShellWord {
  /** As it is typed. */
  readonly raw: string
  /** What it says: without quotes, and nothing in it expanded. */
  readonly value: string
  /** The quote that is open at its end. */
  readonly quote: Quote
  /** It names a file for a redirection. */
  readonly redirected?: true
}

const operators = /^(?:&>>?|[<>]+[&|]?)/

/**
 * The words of the last command in `line`, by the rules of POSIX shells. The last of them is the one
 * that is being typed, and may be empty. Nothing is expanded: not a variable, not a tilde.
 */
export function readShellLine(line: string): readonly ShellWord[] {
  let words: ShellWord[] = []
  let raw = ''
  let value = ''
  let quote: Quote = ''
  let redirected = false
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] ?? ''
    const operator = quote === '' ? operators.exec(line.slice(at, at + 4))?.[0] : undefined
    if (operator !== undefined) {
      // A number before it says which stream is meant.
      if (/^\d+$/.test(raw)) [raw, value] = ['', '']
      end()
      redirected = true
      at += operator.length - 1
    } else if (quote === '' && /[ \t\n]/.test(sign)) end()
    else if (quote === '' && /[;|&()`]/.test(sign)) {
      end()
      words = []
      redirected = false
    } else {
      const piece = readPiece(line, at, quote)
      raw += line.slice(at, at + piece.length)
      value += piece.value
      quote = piece.quote
      at += piece.length - 1
    }
  }
  words.push({ raw, value, quote, ...(redirected ? { redirected } : {}) })
  return words

  function end(): void {
    if (raw === '') return
    words.push({ raw, value, quote, ...(redirected ? { redirected } : {}) })
    raw = ''
    value = ''
    redirected = false
  }
}

interface Piece {
  /** How much of the line it takes. */
  readonly length: number
  readonly value: string
  /** The quote that is open behind it. */
  readonly quote: Quote
}

function readPiece(line: string, at: number, quote: Quote): Piece {
  const sign = line[at] ?? ''
  const next = line[at + 1] ?? ''
  if (quote === "'")
    return { length: 1, value: sign === "'" ? '' : sign, quote: sign === "'" ? '' : quote }
  if (quote === '"') {
    if (sign === '"') return { length: 1, value: '', quote: '' }
    if (sign === '\\' && /["$`\\]/.test(next)) return { length: 2, value: next, quote }
    return { length: 1, value: sign, quote }
  }
  if (quote === "$'") {
    if (sign === '\\') return { length: 2, value: sign + next, quote }
    return { length: 1, value: sign === "'" ? '' : sign, quote: sign === "'" ? '' : quote }
  }
  if (sign === '\\') return { length: next === '' ? 1 : 2, value: next === '\n' ? '' : next, quote }
  if (sign === "'" || sign === '"') return { length: 1, value: '', quote: sign }
  if (sign === '$' && next === "'") return { length: 2, value: '', quote: "$'" }
  return { length: 1, value: sign, quote }
}

/**
 * What has to be typed to say `text` where `quote` is open, which stays open. `undefined` where that
 * cannot be said.
 */
export function quoteWithin(text: string, quote: Quote): string | undefined {
  if (/^[\w./:=@%+,-]*$/.test(text)) return quote === "$'" ? undefined : text
  if (quote === '') return text.replace(/[^\w./:=@%+,\u0080-\uffff-]/g, '\\$&')
  if (quote === "'") return text.replaceAll("'", String.raw`'\''`)
  // In these, an exclamation mark calls for a line of the history, and nothing takes that from it.
  if (quote === '"') return text.replace(/["$`\\]/g, '\\$&').replaceAll('!', `"'!'"`)
  return undefined
}
