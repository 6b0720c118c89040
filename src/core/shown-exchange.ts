import { isObject } from './json.ts'
import type { HttpReply, HttpRequest } from './ports.ts'
import { eraserOf, type Eraser } from './secret-eraser.ts'
import { quoteForeign, redactForeign } from './secret.ts'
import { isShownHeader, isShownMember, isShownParameter, soundsSecret } from './shown-names.ts'
import { display } from './text.ts'

/** A name, and what may be shown of its value. */
export type Shown = readonly [name: string, value: string]

export interface ShownRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly Shown[]
  readonly body: readonly Shown[]
}

export interface ShownReply {
  readonly status: number
  readonly headers: readonly Shown[]
  readonly body: readonly Shown[]
}

/** Which values are shown, and how. */
interface Rule {
  isShown(name: string): boolean
  say(text: string): string
}

/** Names of a body, or parts of a list, that are shown. */
const most = 80
/** What stands for a secret, as in what `redactForeign` gives. */
const hidden = '[secret]'
/** Characters of a value that are shown. */
const longest = 300
/** From here on a value that was not shown is looked for in what a server says: it may repeat it. */
const notable = { secret: 6, other: 16 }

/**
 * Requests and replies for a person to read. A value is shown only where its name is one of those that
 * are nobody's secret, and never where it is a secret of this process, or repeats what was not shown.
 */
export class ExchangeView {
  readonly #hidden: Map<string, Eraser>
  readonly #plain: ReadonlySet<string>

  /**
   * `plain` are names of further parameters that are nobody's secret, if their name does not say so.
   * What `before` hid is hidden here as well.
   */
  constructor(plain: readonly string[] = [], before?: ExchangeView) {
    this.#hidden = before === undefined ? new Map() : before.#hidden
    this.#plain = new Set(plain.filter((name) => !soundsSecret(name)))
  }

  request({ method, url, headers = [], body }: HttpRequest): ShownRequest {
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
    const isShown = (name: string) => this.#isPlain(name)
    const rule = { isShown, say: quoteOwn }
    return {
      method,
      url: this.url(url),
      headers: headers.map(([name, value]) => this.#header(name, value, 'request')),
      body: body === undefined ? [] : this.#body(body, type, rule),
    }
  }

  reply({ status, headers, body }: HttpReply): ShownReply {
    const type = headers.find(([name]) => name === 'content-type')?.[1]
    const told = headers.filter(([name]) => isShownHeader(name, 'reply') || soundsSecret(name))
    const isShown = (name: string) => isShownMember(name, status >= 400)
    const rule = { isShown, say: (text: string) => this.#quote(text) }
    const shown = body === '' ? [] : this.#body(body, type, rule)
    return {
      status,
      // After the body: what that hides may be repeated here.
      headers: told.map(([name, value]) => this.#header(name, value, 'reply')),
      body: shown,
    }
  }

  /** Each value of its query is shown by its name. `received`: it is not of our own making. */
  url(url: URL, received = false): string {
    const query = [...url.searchParams].map(([name, value]) => {
      const shown = this.#isPlain(name)
        ? encodeURIComponent(received ? this.#quote(value) : quoteOwn(value))
        : this.#hide(name, value)
      return `${encodeURIComponent(this.#quote(name))}=${shown}`
    })
    const where = url.origin + redactForeign(url.pathname)
    return display(query.length === 0 ? where : `${where}?${query.join('&')}`, 2_000)
  }

  #isPlain(name: string): boolean {
    return isShownParameter(name) || this.#plain.has(name)
  }

  #header(name: string, value: string, of: 'request' | 'reply'): Shown {
    return [`${this.#quote(name)}:`, this.#headerValue(name, value, of)]
  }

  #headerValue(name: string, value: string, of: 'request' | 'reply'): string {
    if (isShownHeader(name, of)) {
      const isUrl = name.toLowerCase() === 'location' && URL.canParse(value)
      return isUrl ? this.url(new URL(value), true) : this.#quote(value)
    }
    // The scheme says how the client proves itself; it is one of these, or not shown either.
    const scheme = /^(Basic|Bearer|DPoP) /i.exec(value)?.[1]
    if (scheme === undefined) return this.#hide(name, value)
    return `${scheme} ${this.#hide(name, value.slice(scheme.length + 1))}`
  }

  #body(body: string, type: string | undefined, rule: Rule): readonly Shown[] {
    const media = (type ?? '').split(';')[0]?.trim().toLowerCase()
    if (media === 'application/x-www-form-urlencoded') {
      const pairs = [...new URLSearchParams(body)].slice(0, most)
      return pairs.map(([name, value]) => [this.#quote(name), this.#leaf(value, name, rule)])
    }
    const value = parse(body)
    if (!isObject(value) && !Array.isArray(value)) {
      return [['', `[${Buffer.byteLength(body)} bytes, not shown]`]]
    }
    const leaves: Array<readonly [path: string, name: string, value: unknown]> = []
    walk(value, '', '', leaves)
    // What is hidden comes first: it may be repeated in what is shown.
    const isHidden = (name: string) => !rule.isShown(name)
    for (const [, name, one] of leaves) if (isHidden(name)) this.#leaf(one, name, rule)
    return leaves
      .slice(0, most)
      .map(([path, name, one]) => [this.#quote(path), this.#leaf(one, name, rule)] as const)
  }

  #leaf(value: unknown, name: string, { isShown, say }: Rule): string {
    // Yes and no are nobody's secret; a number can be a code that is entered.
    if (typeof value === 'boolean' || value === null) return String(value)
    const text = Array.isArray(value) ? value.join(' ') : String(value)
    return isShown(name) ? say(text) : this.#hide(name, text)
  }

  #hide(name: string, value: string): string {
    if (value === '') return '[empty]'
    const isSecret = soundsSecret(name)
    if (value.length >= (isSecret ? notable.secret : notable.other) && this.#hidden.size < 1_000) {
      this.#hidden.set(value, eraserOf(value))
    }
    return isSecret ? '[secret]' : '[not shown]'
  }

  /** What somebody wrote, without what is hidden, and without long words of chance. */
  #quote(text: string): string {
    const start = text.slice(0, 4_096)
    const words = (start.match(longWord) ?? []).filter(isOfChance)
    const erasers = [...this.#hidden.values()]
    const known = erasers.reduce((rest, one) => one.foreign(rest, hidden), redactForeign(start))
    return display(withoutChance(withoutRest(known, words)), longest)
  }
}

/** What this program sends. */
function quoteOwn(text: string): string {
  return quoteForeign(text, longest)
}

const longWord = /[A-Za-z0-9_~+/=.-]{16,}/g

function withoutChance(text: string): string {
  return text.replace(longWord, (word) => (isOfChance(word) ? '[not shown]' : word))
}

/** Without what stands right at something hidden and was one word with it, one of `words`. */
function withoutRest(text: string, words: readonly string[]): string {
  const rest = (part: string) => (words.some((word) => word.includes(part)) ? '' : part)
  return text.replace(
    /([A-Za-z0-9_~+/=.-]*)\[secret\]([A-Za-z0-9_~+/=.-]*)/g,
    (_, before: string, after: string) => `${rest(before)}${hidden}${rest(after)}`,
  )
}

/** Whether a word is no name, address or list of words, but may be a token. */
function isOfChance(word: string): boolean {
  return word
    .split(/[_./-]/)
    .some((part) => part.length >= 24 || (part.length >= 16 && /[0-9]/.test(part)))
}

function walk(
  value: unknown,
  path: string,
  name: string,
  leaves: Array<readonly [path: string, name: string, value: unknown]>,
): void {
  if (leaves.length > 1_000 || path.length > 200) return
  if (isObject(value)) {
    for (const [key, one] of Object.entries(value)) {
      const shown = display(key, 80)
      walk(one, path === '' ? shown : `${path}.${shown}`, key, leaves)
    }
  } else if (Array.isArray(value) && !value.every((one) => typeof one === 'string')) {
    for (const [index, one] of value.entries()) walk(one, `${path}[${index}]`, name, leaves)
  } else leaves.push([path, name, value])
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
