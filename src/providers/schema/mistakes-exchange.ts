import { pointerSegment } from '../../core/json-text.ts'
import { isObject } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Problem } from './problem.ts'
import type { Exchange, PagePlan, ProviderDefinition, RequestTemplate } from './definition.ts'
import { findReplyMistakes } from './mistakes-reply.ts'
import {
  headerMistakes,
  noField,
  templateMistakes,
  wrongName,
  type Vocabulary,
} from './mistakes-text.ts'

/** What is wrong with one exchange. */
export function* findExchangeMistakes(
  definition: ProviderDefinition,
  operation: string,
  pointer: string,
  exchange: Exchange,
  vocabulary: Vocabulary,
): Generator<Problem> {
  const { request, otherwise, pages, given, asks, reply, refused, success, attach } = exchange
  yield* requestMistakes(definition, `${pointer}/request`, request, vocabulary)
  if (otherwise !== undefined) {
    yield* requestMistakes(
      definition,
      `${pointer}/otherwise/request`,
      otherwise.request,
      vocabulary,
    )
  }
  const about = { reply, refused, success, otherwise: { reply: otherwise?.reply }, pages }
  for (const [name, part] of Object.entries(about)) {
    yield* findReplyMistakes(`${pointer}/${name}`, part, operation === 'list', vocabulary)
  }
  if (pages !== undefined) yield* pageMistakes(`${pointer}/pages`, pages, operation)
  for (const [index, name] of (given ?? []).entries()) {
    const wrong = wrongName(name, vocabulary)
    if (wrong !== undefined) yield { pointer: `${pointer}/given/${index}`, message: wrong }
  }
  for (const [index, name] of (asks ?? []).entries()) {
    if (vocabulary.fields.includes(name)) continue
    yield { pointer: `${pointer}/asks/${index}`, message: noField(name, vocabulary.fields) }
  }
  if (attach !== undefined && operation !== 'login' && operation !== 'issue') {
    yield { pointer: `${pointer}/attach`, message: words.definitions.attachElsewhere() }
  }
}

function* requestMistakes(
  definition: ProviderDefinition,
  pointer: string,
  request: RequestTemplate,
  vocabulary: Vocabulary,
): Generator<Problem> {
  const { method, path, headers, query, cookies, json, form, basic } = request
  yield* pathMistakes(definition, `${pointer}/path`, path)
  yield* templateMistakes(`${pointer}/path`, path, vocabulary)
  yield* headerMistakes(`${pointer}/headers`, headers, vocabulary)
  for (const [name, part] of Object.entries({ query, cookies, json, form, basic })) {
    yield* textsMistakes(`${pointer}/${name}`, part, vocabulary)
  }
  if (json !== undefined && form !== undefined) {
    yield { pointer: `${pointer}/form`, message: words.definitions.twoBodies() }
  }
  if (method === 'GET' && (json ?? form) !== undefined) {
    yield { pointer: `${pointer}/method`, message: words.definitions.bodyOfGet() }
  }
}

function* textsMistakes(
  pointer: string,
  value: unknown,
  vocabulary: Vocabulary,
): Generator<Problem> {
  if (typeof value === 'string') yield* templateMistakes(pointer, value, vocabulary)
  if (!isObject(value) && !Array.isArray(value)) return
  for (const [key, inner] of Object.entries(value)) {
    yield* textsMistakes(pointer + pointerSegment(key), inner, vocabulary)
  }
}

function* pathMistakes(
  { origins }: ProviderDefinition,
  pointer: string,
  path: string,
): Generator<Problem> {
  const absolute = /^([a-z][a-z0-9+.-]*:)?\/\/[^/?#{}]*/i.exec(path)?.[0]
  const rest = absolute === undefined ? path : path.slice(absolute.length)
  if (absolute !== undefined) {
    const origin = URL.canParse(absolute) ? new URL(absolute).origin : undefined
    const listed = (origins ?? []).some((known) => new URL(known).origin === origin)
    if (origin !== absolute || !listed) {
      yield { pointer, message: words.definitions.foreignOrigin(display(absolute, 100)) }
    }
  } else if (!path.startsWith('/')) {
    yield { pointer, message: words.definitions.pathWithoutSlash() }
  }
  const literal = rest.replace(/\{[^{}]*\}/g, 'x')
  if (/[?#]/.test(literal)) {
    yield { pointer, message: words.definitions.pathWithQuery() }
  } else if (/(^|\/)\.\.?(\/|$)/.test(literal)) {
    yield { pointer, message: words.definitions.pathWithDots() }
  } else if (!/^[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/.test(literal)) {
    yield { pointer, message: words.definitions.pathNotAscii() }
  }
}

function* pageMistakes(pointer: string, pages: PagePlan, operation: string): Generator<Problem> {
  if (operation !== 'list') yield { pointer, message: words.definitions.pagesElsewhere() }
  const ways = ['link', 'url', 'cursor', 'step'] as const
  const found = ways.filter((way) => pages[way] !== undefined)
  if (found.length !== 1) yield { pointer, message: words.definitions.notOneOf(ways, found) }
  if ((pages.cursor ?? pages.step) !== undefined && pages.query === undefined) {
    yield { pointer, message: words.definitions.needsQuery() }
  }
  if (pages.sizeQuery !== undefined && pages.size === undefined) {
    yield { pointer: `${pointer}/sizeQuery`, message: words.definitions.needsSize() }
  }
}
