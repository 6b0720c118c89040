import { pointerSegment } from '../../core/json-text.ts'
import { display, nearest } from '../../core/text.ts'
import type { Problem } from './problem.ts'
import {
  parseTemplate,
  placeholderNames,
  splitName,
  type Placeholder,
} from '../templates/template.ts'
import { transforms, type ValueKind } from '../templates/transforms.ts'

/** The names that the placeholders at one place can use. */
export interface Vocabulary {
  readonly words: readonly string[]
  readonly fields: readonly string[]
  readonly context: readonly string[]
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Set by the way the request travels; or a second way to say what the definition has a word for.
const refused = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What is wrong with a record of headers. */
export function* headerMistakes(
  pointer: string,
  headers: Readonly<Record<string, string>> | undefined,
  vocabulary: Vocabulary,
): Generator<Problem> {
  for (const [name, template] of Object.entries(headers ?? {})) {
    const at = pointer + pointerSegment(name)
    const wrong = wrongHeaderName(name)
    if (wrong !== undefined) yield { pointer: at, message: wrong }
    if (!/^[\t\x20-\x7e]*$/.test(template)) {
      yield { pointer: at, message: 'a header value is ASCII' }
    }
    yield* templateMistakes(at, template, vocabulary)
  }
}

/** What is wrong with the name of a header, in words. */
export function wrongHeaderName(name: string): string | undefined {
  const lower = name.toLowerCase()
  if (lower === 'cookie') return 'cookies are said under `cookies`'
  if (refused.has(lower) || lower.startsWith('proxy-')) {
    return `the header ${lower} is not a definition's to set`
  }
  if (headerName.test(name)) return undefined
  const odd = [...name].find((character) => !headerName.test(character))
  const point = odd?.codePointAt(0) ?? 0
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
  return point > 0x7f
    ? `a header name is ASCII, and this has "${display(odd ?? '')}" (${code}), which may only look like a Latin letter`
    : `a header name has no "${display(odd ?? '')}"`
}

/** What is wrong with the placeholders of a template. */
export function* templateMistakes(
  pointer: string,
  template: string,
  vocabulary: Vocabulary,
): Generator<Problem> {
  const strays: string[] = []
  const parts = parseTemplate(template, (problem) => strays.push(problem))
  for (const stray of strays) {
    yield { pointer, message: `${display(stray, 80)}; braces themselves are {{ and }}` }
  }
  for (const part of parts) {
    if (typeof part === 'string') continue
    const wrong = wrongName(part.name, vocabulary) ?? wrongTransform(part)
    if (wrong !== undefined) yield { pointer, message: wrong }
  }
}

/** What is wrong with the name of a placeholder, in words. */
export function wrongName(
  name: string,
  { words, fields, context }: Vocabulary,
): string | undefined {
  const [root = '', key] = splitName(name)
  if (root === 'fields' && key !== undefined) return unknown(key, fields, 'field')
  if (root === 'context' && key !== undefined) {
    return unknown(key, context, 'value', ' in the `context` of any reply')
  }
  if (words.includes(name)) return undefined
  if (placeholderNames.some((one) => one === name)) return `{${name}} stands for nothing here`
  return unknown(name, [...words, 'fields.NAME', 'context.NAME'], 'placeholder')
}

function unknown(
  name: string,
  names: readonly string[],
  what: string,
  where = '',
): string | undefined {
  if (names.includes(name)) return undefined
  const near = nearest(name, names)
  const hint = near === undefined ? '' : `: did you mean "${near}"?`
  return `there is no ${what} "${display(name, 40)}"${where}${hint}`
}

function wrongTransform({ name, transforms: chain }: Placeholder): string | undefined {
  let kind: ValueKind = kindOf(name)
  for (const { name: transform, argument } of chain) {
    if (transform === 'or') {
      if (argument === undefined) return '"or" needs a text: {name|or:tokn}'
      continue
    }
    const entry = transforms.get(transform)
    if (entry === undefined) return unknown(transform, [...transforms.keys(), 'or'], 'transform')
    if (entry.takes !== kind && entry.takes !== 'text') {
      return `"${transform}" takes a ${entry.takes}, and {${name}} is a ${kind} there`
    }
    kind = 'text'
  }
  return undefined
}

function kindOf(name: string): ValueKind {
  if (name === 'scopes') return 'list'
  if (name === 'lifetime') return 'duration'
  return name === 'expires' || name === 'now' ? 'instant' : 'text'
}

/** What to say of a field that there is not. */
export function noField(name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  const shown = display(name, 40)
  return `there is no field "${shown}"${near === undefined ? '' : `: did you mean "${near}"?`}`
}
