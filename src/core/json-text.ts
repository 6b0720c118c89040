/** Where a text stops being JSON, and what should have been there. Never quotes the text. */
export class JsonError extends Error {
  readonly offset: number

  constructor(offset: number, expected: string) {
    super(expected)
    this.offset = offset
  }
}

export interface JsonText {
  /** Objects have no prototype; whole numbers beyond 2^53 are their texts. */
  readonly value: unknown
  /** Keys that occur twice in one object, as JSON Pointers. */
  readonly duplicates: ReadonlySet<string>
  /** Where each value begins, by JSON Pointer. Empty unless asked for. */
  readonly offsets: ReadonlyMap<string, number>
}

export interface ReadOptions {
  /** Most nested levels. Default 32. */
  readonly depth?: number
  /** Whether `//` and block comments are allowed, and offsets kept: for files that people write. */
  readonly written?: boolean
  /**
   * Whether what programs write that make JSON by hand is read as well: a word or number that is no
   * JSON (NaN, undefined, 007) as null, a comma too many, a bare line break or a wrong escape in a text.
   */
  readonly lenient?: boolean
}

/**
 * Reads JSON (RFC 8259). Instead of `JSON.parse` because that quotes the text in its errors, gives
 * no position, keeps the last of two equal keys without a word, and rounds long numbers.
 * Throws `JsonError`.
 */
export function readJsonText(text: string, options: ReadOptions = {}): JsonText {
  const reader = new Reader(text, options)
  return { value: reader.document(), duplicates: reader.duplicates, offsets: reader.offsets }
}

/** A text of JSON with what may not be in one written as it should be. */
function tidyText(found: string | undefined): string | undefined {
  return found
    ?.replaceAll(/\\(u[0-9a-fA-F]{4}|["\\/bfnrt])|\\([\s\S])/g, (whole, right, wrong: string) =>
      right === undefined ? wrong : whole,
    )
    .replaceAll(/[\u0000-\u001f]/g, (control) => JSON.stringify(control).slice(1, -1))
}

/** One segment of a JSON Pointer (RFC 6901), escaped. */
export function pointerSegment(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

const space = /[ \t\n\r]*/y
const spaceOrComment = /(?:[ \t\n\r]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const word = /[a-z]+/y
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const looseText = /"(?:[^"\\]|\\[\s\S])*"/y
const looseScalar = /[^\s,:{}[\]"]+/y
const words = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

class Reader {
  readonly duplicates = new Set<string>()
  readonly offsets = new Map<string, number>()
  readonly #text: string
  readonly #depth: number
  readonly #written: boolean
  readonly #lenient: boolean
  #at = 0

  constructor(text: string, { depth = 32, written = false, lenient = false }: ReadOptions) {
    this.#text = text
    this.#depth = depth
    this.#written = written
    this.#lenient = lenient
  }

  document(): unknown {
    this.#skip()
    const value = this.#value('', 1)
    this.#skip()
    if (this.#at < this.#text.length) throw new JsonError(this.#at, 'nothing after the value')
    return value
  }

  #value(pointer: string, depth: number): unknown {
    if (this.#written) this.offsets.set(pointer, this.#at)
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(pointer, this.#deeper(depth))
      case '[':
        return this.#array(pointer, this.#deeper(depth))
      case '"':
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  #deeper(depth: number): number {
    if (depth > this.#depth) throw new JsonError(this.#at, `at most ${this.#depth} levels`)
    this.#at++
    return depth + 1
  }

  #object(pointer: string, depth: number): unknown {
    const object = Object.create(null) as Record<string, unknown>
    if (this.#next('}')) return object
    do {
      if (this.#lenient && this.#next('}')) return object
      this.#skip()
      if (this.#text[this.#at] !== '"') throw new JsonError(this.#at, 'a key in double quotes')
      const key = this.#string()
      const below = pointer + pointerSegment(key)
      if (Object.hasOwn(object, key)) this.duplicates.add(below)
      this.#expect(':', 'a colon after the key')
      this.#skip()
      object[key] = this.#value(below, depth)
    } while (this.#next(','))
    this.#expect('}', 'a comma or a closing brace')
    return object
  }

  #array(pointer: string, depth: number): unknown {
    const items: unknown[] = []
    if (this.#next(']')) return items
    do {
      if (this.#lenient && this.#next(']')) return items
      this.#skip()
      items.push(this.#value(`${pointer}/${items.length}`, depth))
    } while (this.#next(','))
    this.#expect(']', 'a comma or a closing bracket')
    return items
  }

  #string(): string {
    const found = this.#lenient ? tidyText(this.#match(looseText)) : this.#match(text)
    if (found === undefined) throw new JsonError(this.#at, 'a text that ends with a double quote')
    return JSON.parse(found) as string
  }

  #scalar(): unknown {
    if (this.#lenient) return this.#anyScalar()
    const start = this.#at
    const digits = this.#match(number)
    if (digits !== undefined) {
      const value = Number(digits)
      const rounded = Number.isInteger(value) && !Number.isSafeInteger(value)
      return rounded && /^-?[0-9]+$/.test(digits) ? digits : value
    }
    const name = this.#match(word) ?? ''
    if (!words.has(name)) throw new JsonError(start, 'a value')
    return words.get(name)
  }

  #anyScalar(): unknown {
    const start = this.#at
    const found = this.#match(looseScalar)
    if (found === undefined) throw new JsonError(start, 'a value')
    try {
      return readJsonText(found).value
    } catch {
      return null
    }
  }

  #next(character: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #expect(character: string, expected: string): void {
    if (!this.#next(character)) throw new JsonError(this.#at, expected)
  }

  #skip(): void {
    this.#match(this.#written ? spaceOrComment : space)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }
}
