import { pointerSegment } from '../../core/json-text.ts'
import type { Problem } from './problem.ts'
import { templateMistakes, wrongHeaderName, type Vocabulary } from './mistakes-text.ts'
import { isObject } from '../../core/json.ts'
import { words } from '../../messages/words.ts'
import { isReadable, isZone } from './date-form.ts'

const kinds = ['body', 'header', 'cookie', 'location', 'claim', 'request', 'key'] as const

/**
 * What is wrong with the places and conditions anywhere within `value`, which has passed the schema:
 * a part of a definition that is about replies. `listed`: whether there can be entries with keys.
 */
export function* findReplyMistakes(
  pointer: string,
  value: unknown,
  listed: boolean,
  vocabulary: Vocabulary,
): Generator<Problem> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* findReplyMistakes(`${pointer}/${index}`, item, listed, vocabulary)
    }
  }
  if (!isObject(value)) return
  if (value['signingKey'] !== undefined && value['access'] === undefined) {
    yield { pointer: `${pointer}/signingKey`, message: words.definitions.signingKeyAlone() }
  }
  if (isCondition(pointer)) yield* conditionMistakes(pointer, value)
  else if (isExpiry(value)) yield* expiryMistakes(pointer, value)
  else if (isPlace(value)) yield* placeMistakes(pointer, value, listed, vocabulary)
  for (const [key, inner] of Object.entries(value)) {
    yield* findReplyMistakes(pointer + pointerSegment(key), inner, listed, vocabulary)
  }
}

function isCondition(pointer: string): boolean {
  return /\/(when|success|active|where|more)$/.test(pointer)
}

const placeWords: ReadonlySet<string> = new Set([
  ...kinds,
  'of',
  'cookieAttribute',
  'strip',
  'encode',
  'each',
  'split',
])

// Within the description of a reply only places have these keys, and they have no others.
function isPlace(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).every((key) => placeWords.has(key))
}

function isExpiry(value: Readonly<Record<string, unknown>>): boolean {
  return value['from'] !== undefined && typeof value['as'] === 'string'
}

function* expiryMistakes(
  pointer: string,
  { as, format, zone }: Readonly<Record<string, unknown>>,
): Generator<Problem> {
  for (const [key, value] of Object.entries({ format, zone })) {
    if (value !== undefined && as !== 'instant') {
      yield { pointer: `${pointer}/${key}`, message: words.definitions.onlyForInstants(key) }
    }
  }
  if (typeof zone === 'string' && !isZone(zone)) {
    yield { pointer: `${pointer}/zone`, message: words.definitions.notATimeZone() }
  } else if (typeof format === 'string') {
    const readable = isReadable({ format, zone: typeof zone === 'string' ? zone : undefined })
    if (!readable) {
      yield { pointer: `${pointer}/format`, message: words.definitions.unreadableFormat() }
    }
  }
}

function* placeMistakes(
  pointer: string,
  place: Readonly<Record<string, unknown>>,
  listed: boolean,
  vocabulary: Vocabulary,
): Generator<Problem> {
  // Records of places by label (context, facts) are not places.
  if (/\/(context|errors|facts|pages|reply)$/.test(pointer)) return
  const said = kinds.filter((kind) => place[kind] !== undefined)
  if (said.length !== 1) yield { pointer, message: words.definitions.notOneOf(kinds, said) }
  const { header, request, key, cookieAttribute, of } = place
  if (typeof header === 'string') {
    const wrong = wrongHeaderName(header)
    const received = /^(connection|content-length|host)$/i.test(header) ? undefined : wrong
    if (received !== undefined) yield { pointer: `${pointer}/header`, message: received }
  }
  if (typeof request === 'string')
    yield* templateMistakes(`${pointer}/request`, request, vocabulary)
  if (key === true && !listed) {
    yield { pointer: `${pointer}/key`, message: words.definitions.keyElsewhere() }
  }
  if (cookieAttribute !== undefined && place['cookie'] === undefined) {
    yield { pointer: `${pointer}/cookieAttribute`, message: words.definitions.needsCookie() }
  }
  if (of !== undefined && place['claim'] === undefined) {
    yield { pointer: `${pointer}/of`, message: words.definitions.needsClaim() }
  }
}

function* conditionMistakes(
  pointer: string,
  condition: Readonly<Record<string, unknown>>,
): Generator<Problem> {
  const said = Object.keys(condition)
  if (said.length === 0) yield { pointer, message: words.definitions.emptyCondition() }
  const about = said.filter((key) => key !== 'status' && key !== 'at')
  if (about.length > 0 && condition['at'] === undefined) {
    yield { pointer, message: words.definitions.conditionWithoutPlace(about) }
  }
}
