import { pointerSegment } from '../../core/json-text.ts'
import { display, nearest } from '../../core/text.ts'
import type { Problem } from './problem.ts'
import { words } from '../../messages/words.ts'
import {
  parseTemplate,
  placeholderNames,
  splitName,
  type Placeholder,
  type Stray,
} from '../templates/template.ts'
import { transforms, type ValueKind } from '../templates/transforms.ts'

/** The names that the placeholders at one place can use. */
export interface Vocabulary {
  readonly names: readonly string[]
  readonly fields: readonly string[]
  readonly context: readonly string[]
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Set by the HTTP client.
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
      yield { pointer: at, message: words.definitions.headerValueNotAscii() }
    }
    yield* templateMistakes(at, template, vocabulary)
  }
}

/** What is wrong with the name of a header, in words. */
export function wrongHeaderName(name: string): string | undefined {
  const lower = name.toLowerCase()
  if (lower === 'cookie') return words.definitions.cookieHeader()
  if (refused.has(lower) || lower.startsWith('proxy-')) {
    return words.definitions.reservedHeader(lower)
  }
  if (headerName.test(name)) return undefined
  const odd = [...name].find((character) => !headerName.test(character))
  const point = odd?.codePointAt(0) ?? 0
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
  const shown = display(odd ?? '')
  return point > 0x7f
    ? words.definitions.lookalikeInHeaderName(shown, code)
    : words.definitions.notInHeaderName(shown)
}

/** What is wrong with the placeholders of a template. */
export function* templateMistakes(
  pointer: string,
  template: string,
  vocabulary: Vocabulary,
): Generator<Problem> {
  const strays: Stray[] = []
  const parts = parseTemplate(template, (stray) => strays.push(stray))
  for (const { text, isBrace } of strays) {
    const message = isBrace
      ? words.definitions.unmatchedBrace()
      : words.definitions.notAPlaceholder(display(text, 60))
    yield { pointer, message }
  }
  for (const part of parts) {
    if (typeof part === 'string') continue
    const wrong = wrongName(part.name, vocabulary) ?? wrongTransform(part)
    if (wrong !== undefined) yield { pointer, message: wrong }
  }
}

/** What is wrong with the name of a placeholder, in words. */
export function wrongName(name: string, vocabulary: Vocabulary): string | undefined {
  const { names, fields, context } = vocabulary
  const [root = '', key] = splitName(name)
  if (root === 'fields' && key !== undefined) {
    return fields.includes(key) ? undefined : noField(key, fields)
  }
  if (root === 'context' && key !== undefined) {
    if (context.includes(key)) return undefined
    return words.definitions.noContextValue(display(key, 40), nearest(key, context))
  }
  if (names.includes(name)) return undefined
  if (placeholderNames.some((one) => one === name)) {
    return words.definitions.placeholderElsewhere(name)
  }
  const near = nearest(name, [...names, 'fields.NAME', 'context.NAME'])
  return words.definitions.noPlaceholder(display(name, 40), near)
}

function wrongTransform({ name, transforms: chain }: Placeholder): string | undefined {
  let kind: ValueKind = kindOf(name)
  for (const { name: transform, argument } of chain) {
    if (transform === 'or') {
      if (argument === undefined) return words.definitions.orWithoutText()
      continue
    }
    const entry = transforms.get(transform)
    if (entry === undefined) {
      const near = nearest(transform, [...transforms.keys(), 'or'])
      return words.definitions.noTransform(display(transform, 40), near)
    }
    if (entry.takes !== kind && entry.takes !== 'text') {
      return words.definitions.wrongTransform(transform, entry.takes, name, kind)
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

/** The problem of a field that does not exist. */
export function noField(name: string, names: readonly string[]): string {
  return words.definitions.noField(display(name, 40), nearest(name, names))
}
