import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { display, nearest } from '../../core/text.ts'
import { letters, passedOn, refusals } from './options.ts'

/** One option as it is passed on: its whole name without dashes, `no-` included, and its value. */
export interface CurlOption {
  readonly name: string
  readonly value?: string
}

/** What the user asks of curl. Curl itself never sees the words that this was read from. */
export interface CurlArguments {
  readonly urls: readonly URL[]
  readonly options: readonly CurlOption[]
}

// What is sent or printed as it is; in all other values a control character has no business.
const contents = new Set(
  'data data-ascii data-binary data-raw data-urlencode form form-string json write-out'.split(' '),
)

/**
 * Reads the words as curl does: a word that begins with a dash is an option, one that an option takes
 * is its value, every other one is a URL, and so is everything after `--`. Throws `usage` for an
 * option that could make curl send or show the token where it does not belong, and for all that is
 * not understood.
 */
export function readCurlArguments(given: readonly string[]): CurlArguments {
  const urls: URL[] = []
  const options: CurlOption[] = []
  const rest = [...given]
  let onlyUrls = false
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (onlyUrls || !word.startsWith('-')) urls.push(readUrl(word))
    else if (word === '--') onlyUrls = true
    else {
      for (const option of readOption(word, () => rest.shift())) {
        checkValue(option)
        if (option.name === 'url') urls.push(readUrl(option.value ?? ''))
        else options.push(option)
      }
    }
  }
  if (urls.length > 0) return { urls, options }
  throw new ToknError('usage', words.curl.urlMissing())
}

// What these name is written, or is no file.
const neverRead = new Set('output dump-header stderr cookie-jar continue-at output-dir'.split(' '))

/** Whether curl may read standard input for one of the options: in doubt, it may. */
export function mayReadInput(options: readonly CurlOption[]): boolean {
  // "-", and "." for uploads, alone or as a part: @-, name@-, file=@-;type=x, file=<"-".
  const input = /(^|[^\w])["']?[-.]["']?($|[\s;,])|stdin|\/fd\//
  return options.some(({ name, value = '' }) => !neverRead.has(name) && input.test(value))
}

/** The options as words that curl cannot read in another way. */
export function writeOptions(options: readonly CurlOption[]): readonly string[] {
  return options.flatMap(({ name, value }) =>
    value === undefined ? [`--${name}`] : [`--${name}`, value],
  )
}

function readOption(word: string, next: () => string | undefined): readonly CurlOption[] {
  return word.startsWith('--') ? [readLong(word, next)] : readLetters(word, next)
}

/** `--name`, `--name VALUE`, and `--name=VALUE`, which curl itself takes since 8.16. */
function readLong(word: string, next: () => string | undefined): CurlOption {
  const [, name = '', given] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? []
  const shown = `--${name}`
  if (takesValue(name, shown)) return { name, value: valueOf(shown, given ?? next()) }
  if (given === undefined) return { name }
  throw new ToknError('usage', words.curl.noValue(shown))
}

/** `-s`, `-sS`, `-o FILE`, `-oFILE`, `-sSoFILE`. */
function readLetters(word: string, next: () => string | undefined): readonly CurlOption[] {
  const options: CurlOption[] = []
  for (let at = 1; at < word.length; at++) {
    const shown = `-${word.charAt(at)}`
    const name = letters.get(word.charAt(at)) ?? ''
    if (takesValue(name, shown)) {
      const given = at + 1 < word.length ? word.slice(at + 1) : next()
      return [...options, { name, value: valueOf(shown, given) }]
    }
    options.push({ name })
  }
  if (options.length > 0) return options
  throw new ToknError('usage', words.curl.dashAlone())
}

/** Whether the option takes a value. Throws `usage` for one that is not passed on. */
function takesValue(name: string, shown: string): boolean {
  const kind = passedOn.get(name)
  if (kind !== undefined) return kind === 'value'
  if (name.startsWith('no-') && passedOn.get(name.slice(3)) === 'switch') return false
  throw refuse(name, shown)
}

function valueOf(shown: string, given: string | undefined): string {
  if (given !== undefined) return given
  throw new ToknError('usage', words.curl.valueMissing(shown))
}

function refuse(name: string, shown: string): ToknError {
  const plain = name.replace(/^no-/, '')
  const refusal = refusals.find(({ names }) => names.includes(plain))
  const near = nearest(name, [...passedOn.keys()])
  if (refusal === undefined) {
    return new ToknError('usage', words.curl.notPassedOn(display(shown, 40), near))
  }
  return new ToknError('usage', words.curl.notRunWith(shown, refusal.why))
}

function checkValue({ name, value = '' }: CurlOption): void {
  if (!contents.has(name) && /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
    throw new ToknError('usage', words.curl.controlCharacter(name))
  }
  if (name === 'request' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)) {
    throw new ToknError('usage', words.curl.notAMethod())
  }
  if (name === 'proto' && !/^=(https|https,http|http,https)$/.test(value)) {
    throw new ToknError('usage', words.curl.httpOnly())
  }
  if (name === 'tls-max' && !/^(1\.[23]|default)$/.test(value)) {
    throw new ToknError('usage', words.curl.tlsTooOld())
  }
}

function readUrl(text: string): URL {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) {
    throw new ToknError('usage', words.curl.notAUrl())
  }
  // Never sent, and the one part of a URL whose end its readers may see differently.
  url.hash = ''
  return url
}
