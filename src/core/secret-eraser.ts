import { readEscapes, type ReadText } from './secret-entities.ts'
import { codesOf, textsOf } from './secret-forms.ts'

// In characters. Secrets of a user's choosing can be words, and prose is made of words.
/** From here on a form is taken for the secret wherever it is, even within a word. */
const long = 12
/** The same in a sentence of ours for what could be a few of its words. */
const longWords = 20
/** Too much for chance where it is no plain word. */
const odd = 6
/** Beyond this a form is sought as it is, not by a pattern. */
const longestPattern = 4_096

/** Replaces a secret in a text, in every form. */
export interface Eraser {
  /** In a sentence of ours, which holds none but by a mistake: its words stay. */
  ours(text: string, by: string): string
  /** In what somebody else says. */
  foreign(text: string, by: string): string
}

/** From the one place in a text up to the other. */
type Span = readonly [from: number, to: number]

// In texts, to be compiled with the first secret: the tables of Unicode take long at every start.
const letter = String.raw`\p{L}\p{M}`
// Characters of the escapes that may stand right before a secret: %22hunter2, "\nhunter2".
const afterEscape = String.raw`(?<=%[0-9a-f]{2}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[nrtbf])`

/**
 * An eraser of the forms in which a secret can come back: as it is, and as URLs, forms, JSON, HTML,
 * base64 (within a longer text too: Basic authentication) and hexadecimal write it.
 */
export function eraserOf(secret: string): Eraser {
  const texts = textsOf(secret)
  const codes = codesOf(secret)
  const ours = texts.filter((form) => !isPlain(form) || form.length >= longWords)
  const own = [
    ...patterns(
      ours.filter((form) => form.length >= long),
      anywhere,
    ),
    ...patterns(
      ours.filter((form) => form.length >= odd && form.length < long),
      alone,
    ),
  ]
  const foreign = [
    ...patterns(texts.filter(isUnlikely), anywhere),
    ...patterns(
      texts.filter((form) => !isUnlikely(form) && form.length >= 3),
      alone,
    ),
    ...patterns(
      texts.filter((form) => form.length < 3),
      asValue,
    ),
  ]
  return {
    ours: (text, by) => erase(text, own, codes, by),
    foreign: (text, by) => erase(text, foreign, codes, by),
  }
}

function erase(
  text: string,
  sought: ReadonlyArray<RegExp | string>,
  codes: readonly string[],
  by: string,
): string {
  const clean = [...sought, ...codesIn(text, codes)].reduce(
    (rest: string, one) => rest.replaceAll(one, by),
    text,
  )
  const once = readEscapes(clean)
  if (once === undefined) return clean
  const twice = readEscapes(once.text)
  const read = twice === undefined ? [once] : [once, joined(once, twice)]
  const spans = read.flatMap((one) => spansOf(one, [...sought, ...codesIn(one.text, codes)]))
  return without(clean, spans, by)
}

/** Patterns for the codes that are there: they are slow. */
function codesIn(text: string, codes: readonly string[]): readonly RegExp[] {
  return codes.filter((code) => text.includes(code)).map(withinCode)
}

function joined({ starts }: ReadText, twice: ReadText): ReadText {
  return { text: twice.text, starts: twice.starts.map((at) => starts[at] ?? 0) }
}

/** Where what is sought stands in the text as it was. */
function spansOf({ text, starts }: ReadText, sought: ReadonlyArray<RegExp | string>): Span[] {
  const spans: Span[] = []
  for (const one of sought) {
    text.replaceAll(one, (found: string, at: number) => {
      spans.push([starts[at] ?? 0, starts[at + found.length] ?? 0])
      return found
    })
  }
  return spans
}

function without(text: string, spans: readonly Span[], by: string): string {
  const parts: string[] = []
  let end = 0
  for (const [from, to] of spans.toSorted(([one], [other]) => one - other)) {
    if (from >= end) parts.push(text.slice(end, from), by)
    end = Math.max(end, to)
  }
  return parts.join('') + text.slice(end)
}

/**
 * Whether `word`, which somebody else says, is a piece of `secret`: APIs shorten what they repeat. So
 * is the Basic authentication of it, where it is too short for `codesOf`.
 */
export function isPieceOf(word: string, secret: string): boolean {
  if (secret.length < odd && fromBase64(word).endsWith(`:${secret}`)) return true
  // A host is no secret, and what is one in an address is known by itself.
  if (word.length < odd || secret.includes('://') || !secret.includes(word)) return false
  return !isPlain(word) || word.length >= long || word.length * 2 >= secret.length
}

function fromBase64(word: string): string {
  return Buffer.from(word, 'base64').toString()
}

let prose: RegExp | undefined

/** Words, and what is made of words: prose may have it. */
function isPlain(form: string): boolean {
  prose ??= new RegExp(`^[${letter}' ]*$`, 'u')
  return prose.test(form)
}

function isUnlikely(form: string): boolean {
  return form.length >= long || (form.length >= odd && !isPlain(form))
}

function patterns(
  forms: readonly string[],
  frame: (alternatives: string) => RegExp,
): ReadonlyArray<RegExp | string> {
  const short = forms.filter((form) => form !== '' && form.length <= longestPattern)
  const others = forms.filter((form) => form.length > longestPattern)
  if (short.length === 0) return others
  // The longest first, so that no part of one is left over.
  const sorted = short.toSorted((one, other) => other.length - one.length)
  return [...others, frame(sorted.map(literally).join('|'))]
}

function anywhere(alternatives: string): RegExp {
  return new RegExp(alternatives, 'giu')
}

function alone(alternatives: string): RegExp {
  const before = `(?:(?<![${letter}\\p{N}])|${afterEscape})`
  return new RegExp(`${before}(?:${alternatives})(?![${letter}\\p{N}])`, 'giu')
}

/** One or two characters, where something is said to be them: "x", =x, (x). */
function asValue(alternatives: string): RegExp {
  return new RegExp(`(?<=["'\`=:(\\[<]\\s?)(?:${alternatives})(?=["'\`)\\]>,;&.]|\\s|$)`, 'gu')
}

/** With all that stands around it in the same word, which holds bits of it. */
function withinCode(code: string): RegExp {
  const more = '[A-Za-z0-9+/_-]*'
  return new RegExp(`${more}${literally(code)}${more}={0,2}`, 'gu')
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
