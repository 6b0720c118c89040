import { JsonError, pointerSegment, readJsonText, type JsonText } from '../../core/json-text.ts'
import type { HttpReply } from '../../core/ports.ts'
import { quoteForeign } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'

/** A body by what it is, whatever its media type says. */
export interface Body {
  /** `page`: a web page; `text`: everything else that is not data, also cut or broken data. */
  readonly kind: 'data' | 'empty' | 'page' | 'text'
  /** JSON, or a form as an object. */
  readonly value: unknown
  /** JSON Pointers of keys that were given twice; the last of them counts. */
  readonly duplicates: ReadonlySet<string>
  /**
   * How it differs from strict JSON; it was read all the same. `lenient`: it is not quite JSON;
   * `trailing`: something follows, which was ignored.
   */
  readonly oddity?: 'lenient' | 'trailing' | undefined
  /** Whether it is broken or truncated JSON: then there is no need to say what was expected. */
  readonly almostJson?: true | undefined
  /** What it is instead of data: `text/html`, `broken JSON, at character 9: expected a value`. */
  instead(): string
  /** The text itself, where it is one short sentence. */
  readonly plain?: string | undefined
}

const none: ReadonlySet<string> = new Set()
const json = /^([a-z0-9.!#$&^_-]+\/[a-z0-9.!#$&^_-]*\+json|(application|text)\/json)$/
const formLabel = 'application/x-www-form-urlencoded'
// One or more pairs, without characters that a form has to encode.
const form = /^[\w.~%+*[\]-]+=[^\s<>{}"]*(&[\w.~%+*[\]-]+=[^\s<>{}"]*)*$/
// A prefix that keeps scripts from loading JSON: https://angular.dev/best-practices/security#http-vulnerabilities
const guard = /^\)\]\}',?\s*/

/** Reads the body of a reply by what it is: JSON, then a form, then a page, then some text. */
export function readBody(reply: Pick<HttpReply, 'headers' | 'body' | 'cut'>): Body {
  const type = headerOf(reply.headers, 'content-type') ?? ''
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase()
  const label = () => quoteForeign(type, 80)
  const packed = headerOf(reply.headers, 'content-encoding')
  if (packed !== undefined && packed.trim().toLowerCase() !== 'identity') {
    return other('text', () => words.replies.encodedBody(quoteForeign(packed, 40)))
  }
  const text = reply.body.replace(/^\ufeff/, '').trim()
  if (text === '') return other('empty', () => words.replies.emptyBody())
  const data = readData(text.replace(guard, ''))
  if (!(data instanceof JsonError)) return data
  if (form.test(text) || (essence === formLabel && text.includes('='))) return readForm(text)
  const named = json.test(essence) || essence === ''
  // The label does not say what it is.
  const labelled = json.test(essence) || essence === formLabel
  const page = isPageText(text) || (essence === 'text/html' && text.startsWith('<'))
  const bare = () => words.replies.unlabelled(label())
  if (page) return other('page', labelled ? () => words.replies.labelledPage(label()) : bare)
  // The name of the status says no more than the status.
  if (/^(401 )?unauthori[sz]ed\.?$/i.test(text))
    return other('empty', labelled ? () => words.replies.labelledText(label()) : bare)
  if (!named && !/^[{[]/.test(text)) {
    return { ...other('text', bare), plain: /^[^<>{}\n]{1,300}$/.test(text) ? text : undefined }
  }
  const { cut } = reply
  const instead =
    cut === undefined
      ? () => words.replies.brokenJson(data.offset + 1, data.message)
      : () => words.replies.cutBody(cut >> 10)
  return { ...other('text', instead), almostJson: true }
}

/** Says what a body is where an object of JSON was expected. */
export function describeInstead({ kind, almostJson, instead }: Body): string {
  const what = kind === 'empty' ? words.replies.noBody() : instead()
  return almostJson === true ? what : words.replies.insteadOfJson(what)
}

/** The first header called `name`, in lower case. */
export function headerOf(headers: HttpReply['headers'], name: string): string | undefined {
  return headers.find(([header]) => header.toLowerCase() === name)?.[1]
}

function readData(text: string): Body | JsonError {
  const strict = parse(text)
  if (!(strict instanceof JsonError)) return data(strict)
  if (!/^[{[]/.test(text)) return strict
  for (const lenient of [false, true]) {
    const whole = parse(text, lenient)
    const oddity = lenient ? 'lenient' : undefined
    if (!(whole instanceof JsonError)) return data(whole, oddity)
    // After the document, some servers and proxies add a comment or the zero of a C string.
    const document = parse(text.slice(0, whole.offset), lenient)
    if (!(document instanceof JsonError)) return data(document, oddity ?? 'trailing')
  }
  return strict
}

function data({ value, duplicates }: JsonText, oddity?: Body['oddity']): Body {
  return { kind: 'data', value, duplicates, oddity, instead: nothingElse }
}

function parse(text: string, lenient = false): JsonText | JsonError {
  try {
    return readJsonText(text, { lenient })
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
}

function readForm(text: string): Body {
  const values = Object.create(null) as Record<string, string>
  const duplicates = new Set<string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(values, name)) duplicates.add(pointerSegment(name))
    values[name] = value
  }
  return { kind: 'data', value: values, duplicates, instead: nothingElse }
}

function isPageText(text: string): boolean {
  return /^(<\?xml[^>]*>\s*)?(<!--[\s\S]{0,2000}?-->\s*)*<(!doctype\s+html|html|head|body|title|script|meta|center|h[1-6])\b/i.test(
    text,
  )
}

function nothingElse(): string {
  return ''
}

function other(kind: Body['kind'], instead: Body['instead']): Body {
  return { kind, value: undefined, duplicates: none, instead }
}
