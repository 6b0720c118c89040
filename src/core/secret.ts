import { eraserOf, isPieceOf, type Eraser } from './secret-eraser.ts'
import { display } from './text.ts'

const replacement = '[secret]'
/** Stands for that until all secrets are gone, for one of them may be the word itself. */
const gap = '\ufdef'
/** Characters of foreign text that are looked at. */
const longestQuoted = 4_096

/** Secrets made in this process, each with what recognises it, which is made when it is needed. */
const known = new Map<string, Eraser | undefined>()
/** How many of them there still are of each value, where that is counted. */
const counts = new Map<string, number>()
let forgotten: FinalizationRegistry<string> | undefined

/**
 * From now on a secret is known for as long as it is in use: for a process that lives on, and has new
 * ones all the time.
 */
export function forgetUnusedSecrets(): void {
  forgotten ??= new FinalizationRegistry((value) => {
    const left = (counts.get(value) ?? 1) - 1
    if (left > 0) return void counts.set(value, left)
    counts.delete(value)
    known.delete(value)
  })
}

/**
 * A value that no message, log line or JSON document can contain by accident: every implicit way
 * to text gives `[secret]`. Only `reveal()` gives the value; its call sites are few.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    if (value === '') return
    // One that was made before anybody counted stays.
    const before = counts.get(value) ?? (known.has(value) ? Number.POSITIVE_INFINITY : 0)
    known.set(value, known.get(value))
    if (forgotten === undefined) return
    counts.set(value, before + 1)
    forgotten.register(this, value)
  }

  /** The value itself, for a request, a store, or the answer that the user asked for. */
  reveal(): string {
    return this.#value
  }

  equals(other: Secret | undefined): boolean {
    return other !== undefined && other.#value === this.#value
  }

  toString(): string {
    return replacement
  }

  toJSON(): string {
    return replacement
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return replacement
  }
}

/** Has no text looked through for it any more, and so nothing hold it: it is of no further use here. */
export function forgetSecret(secret: Secret): void {
  known.delete(secret.reveal())
}

/** As `forgetSecret`, for all of them. */
export function forgetSecrets(): void {
  known.clear()
}

/**
 * A sentence of ours with every secret of this process replaced. A second net; the first is the type
 * above. Our words stay as they are, even where one of them is somebody's password.
 */
export function redact(text: string): string {
  if (known.size === 0 && !text.includes(gap)) return text
  const clean = erasers().reduce((rest, eraser) => eraser.ours(rest, gap), text)
  return clean.replaceAll(gap, replacement)
}

/**
 * What somebody else says, with every secret of this process replaced, in each form that it may have
 * taken on the way, and with pieces of them: APIs echo what they are sent, and shorten it.
 */
export function redactForeign(text: string): string {
  const clean = erasers().reduce((rest, eraser) => eraser.foreign(rest, gap), text)
  return clean.replace(/[A-Za-z0-9_~+/=.-]{6,}/g, withoutPiece).replaceAll(gap, replacement)
}

/** Foreign text as one harmless line of at most `limit` characters, without any secret. */
export function quoteForeign(text: string, limit = 200): string {
  // Secrets first: making text harmless could hide one from the filter.
  return display(redactForeign(text.slice(0, longestQuoted)), limit)
}

function withoutPiece(word: string): string {
  // An ellipsis of dots is punctuation to us, and not to the pattern above.
  const bare = word.replace(/^[.=-]+|[.=-]+$/g, '')
  return [...known.keys()].some((secret) => isPieceOf(bare, secret)) ? gap : word
}

/** The longest secrets first, so that no part of one is left by another. */
function erasers(): readonly Eraser[] {
  return [...known.keys()]
    .toSorted((one, other) => other.length - one.length)
    .map((secret) => {
      const eraser = known.get(secret) ?? eraserOf(secret)
      known.set(secret, eraser)
      return eraser
    })
}
