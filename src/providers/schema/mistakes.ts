import { isConfidential } from '../../core/base-url.ts'
import { readDuration } from '../../core/duration.ts'
import { pointerSegment } from '../../core/json-text.ts'
import type { Problem } from './problem.ts'
import type { Exchange, ProviderDefinition } from './definition.ts'
import { asList } from './as-list.ts'
import { findExchangeMistakes } from './mistakes-exchange.ts'
import { findReplyMistakes } from './mistakes-reply.ts'
import { headerMistakes, noField, templateMistakes, type Vocabulary } from './mistakes-text.ts'
import { mentions } from './mentions.ts'

const operations = ['login', 'refresh', 'issue', 'list', 'revoke', 'info', 'logout'] as const

// Variables that say something else than the answer to a field.
const reserved = new Set(
  'agent_sock config_dir debug expires_at min_ttl no_color no_input output passphrase profile provider refresh_token sock store store_key timeout token'.split(
    ' ',
  ),
)

/** What the schema cannot see: names that lead nowhere, parts that contradict each other. */
export function findMistakes(definition: ProviderDefinition): readonly Problem[] {
  return [...allMistakes(definition)]
}

function* allMistakes(definition: ProviderDefinition): Generator<Problem> {
  yield* fieldMistakes(definition)
  yield* addressMistakes(definition)
  yield* durationMistakes(definition)
  yield* attachMistakes(definition)
  yield* headerMistakes('/headers', definition.headers, vocabularyOf(definition, []))
  yield* operationMistakes(definition)
  yield* askingMistakes(definition)
  for (const operation of operations) {
    const vocabulary = vocabularyOf(definition, grantWords(operation))
    for (const { pointer, exchange } of exchangesOf(definition, operation)) {
      yield* findExchangeMistakes(definition, operation, pointer, exchange, vocabulary)
    }
  }
  const { errors } = definition
  if (errors !== undefined) {
    yield* findReplyMistakes('/errors', errors, false, vocabularyOf(definition, []))
  }
}

/** The exchanges of an operation, with where each stands. */
function exchangesOf(
  definition: ProviderDefinition,
  operation: (typeof operations)[number],
): ReadonlyArray<{ readonly pointer: string; readonly exchange: Exchange }> {
  const own = definition[operation]
  return asList<Exchange>(own).map((exchange, index) => ({
    exchange,
    pointer: Array.isArray(own) ? `/${operation}/${index}` : `/${operation}`,
  }))
}

function vocabularyOf(definition: ProviderDefinition, words: readonly string[]): Vocabulary {
  const replies = operations
    .flatMap((operation) => asList<Exchange>(definition[operation]))
    .flatMap(({ reply, otherwise }) => [reply, otherwise?.reply])
  const context = replies.flatMap((reply) => [
    ...Object.keys(reply?.context ?? {}),
    ...(reply?.userId === undefined ? [] : ['userId']),
  ])
  const always = ['access', 'refresh', 'id', 'baseUrl', 'now', 'uuid']
  return {
    words: [...always, ...words],
    fields: definition.fields.map(({ name }) => name),
    context,
  }
}

function grantWords(operation: string): readonly string[] {
  if (operation === 'revoke') return ['target']
  const granting = operation === 'login' || operation === 'issue'
  return granting ? ['name', 'scopes', 'lifetime', 'expires', 'audience'] : []
}

function* fieldMistakes({ fields, budget }: ProviderDefinition): Generator<Problem> {
  const names = fields.map(({ name }) => name)
  for (const [index, field] of fields.entries()) {
    const { name, secret, default: usual, choices, loginChoices } = field
    const at = `/fields/${index}`
    if (names.indexOf(name) < index) {
      yield { pointer: `${at}/name`, message: `there is a field "${name}" already` }
    }
    if (reserved.has(name)) {
      const variable = `TOKN_${name.toUpperCase()}`
      yield {
        pointer: `${at}/name`,
        message: `${variable} means something else: take another name`,
      }
    }
    if (secret === true && usual !== undefined) {
      yield { pointer: `${at}/default`, message: 'a secret has no default' }
    }
    if (usual !== undefined && choices?.includes(usual) === false) {
      yield { pointer: `${at}/default`, message: 'the default is none of the choices' }
    }
    if (loginChoices?.every((choice) => choices?.includes(choice)) === false) {
      yield { pointer: `${at}/loginChoices`, message: 'one of these is none of the choices' }
    }
  }
  if (budget !== undefined && !names.includes(budget.per)) {
    yield { pointer: '/budget/per', message: noField(budget.per, names) }
  }
}

function* addressMistakes(definition: ProviderDefinition): Generator<Problem> {
  const { baseUrl, origins, apiOrigins } = definition
  if (baseUrl !== undefined) yield* urlMistakes('/baseUrl', baseUrl, false)
  for (const [name, list] of Object.entries({ origins, apiOrigins })) {
    for (const [index, url] of (list ?? []).entries()) {
      yield* urlMistakes(`/${name}/${index}`, url, true)
    }
  }
}

function* urlMistakes(pointer: string, text: string, bare: boolean): Generator<Problem> {
  const url = new URL(text)
  if (!isConfidential(url)) {
    yield { pointer, message: 'expected https; http is for 127.0.0.1, [::1] and localhost alone' }
  }
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
    yield { pointer, message: 'expected no user, query or fragment' }
  }
  if (bare && url.pathname !== '/') {
    yield { pointer, message: `expected an origin without a path: ${url.origin}` }
  }
}

function* durationMistakes({ lifetime, lifetimes }: ProviderDefinition): Generator<Problem> {
  const { choices = [], ...range } = lifetimes ?? {}
  const texts = {
    '/lifetime': lifetime,
    ...prefixed('/lifetimes', range),
    ...prefixed('/lifetimes/choices', Object.fromEntries(choices.entries())),
  }
  for (const [pointer, text] of Object.entries(texts)) {
    if (text !== undefined && readDuration(text) === undefined) {
      yield { pointer, message: 'expected a duration: 90s, 15m, 12h, 8d, 2w, "90 days"' }
    }
  }
}

function prefixed(
  prefix: string,
  record: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(record).map(([key, text]) => [`${prefix}/${key}`, text]))
}

function* attachMistakes(definition: ProviderDefinition): Generator<Problem> {
  const places = operations.flatMap((operation) => exchangesOf(definition, operation))
  const own = places.map(({ pointer, exchange }) => [`${pointer}/attach`, exchange.attach] as const)
  for (const [pointer, attach] of [['/attach', definition.attach] as const, ...own]) {
    if (attach === undefined) continue
    const { headers, query, cookies } = attach
    const vocabulary = { ...vocabularyOf(definition, []), words: ['access', 'baseUrl'] }
    yield* headerMistakes(`${pointer}/headers`, headers, vocabulary)
    for (const [name, record] of Object.entries({ query, cookies })) {
      for (const [key, template] of Object.entries(record ?? {})) {
        yield* templateMistakes(`${pointer}/${name}${pointerSegment(key)}`, template, vocabulary)
      }
    }
    const texts = [headers, query, cookies].flatMap((record) => Object.values(record ?? {}))
    if (!texts.some((text) => text.includes('{access'))) {
      yield { pointer, message: 'the token does not travel: {access} is nowhere in it' }
    }
    if (texts.some((text) => text.includes('{access|'))) {
      yield { pointer, message: '{access} stands as it is here, without a transform' }
    }
  }
}

function* operationMistakes(definition: ProviderDefinition): Generator<Problem> {
  for (const operation of ['login', 'refresh', 'issue'] as const) {
    const exchanges = exchangesOf(definition, operation).map(({ exchange }) => exchange)
    if (exchanges.length > 0 && !exchanges.some(({ reply }) => reply?.access !== undefined)) {
      const message = 'no reply of it has an `access`: where is the token?'
      yield { pointer: `/${operation}`, message }
    }
  }
  for (const { pointer, exchange } of exchangesOf(definition, 'list')) {
    const missing = (['items', 'id'] as const).filter((key) => exchange.reply?.[key] === undefined)
    for (const key of missing) {
      yield { pointer, message: `its reply has no \`${key}\`: where is ${listPart[key]}?` }
    }
  }
  const revokes = exchangesOf(definition, 'revoke').map(({ exchange }) => exchange)
  if (revokes.length > 0 && !mentions(revokes, 'target')) {
    yield { pointer: '/revoke', message: 'it does not say which token: {target} is nowhere in it' }
  }
  if (definition.login === undefined && definition.pasted === undefined) {
    yield {
      pointer: '',
      message: 'there is no `login`, and no `pasted`: where do tokens come from?',
    }
  }
  const reissue = definition.rotation === 'reissue'
  if (reissue && definition.issue === undefined) {
    yield { pointer: '/rotation', message: '"reissue" needs an `issue`' }
  }
  if (reissue && definition.refresh !== undefined) {
    yield { pointer: '/rotation', message: '"reissue" is for an API without a `refresh`' }
  }
}

const listPart = { items: 'the list', id: 'the name of a token' } as const

function* askingMistakes(definition: ProviderDefinition): Generator<Problem> {
  const granting = [definition.login, definition.issue].flatMap((own) => asList<Exchange>(own))
  const scopes = mentions(granting, 'scopes')
  const lifetime = mentions(granting, 'lifetime', 'expires')
  if (definition.scopes !== undefined && !scopes) {
    yield { pointer: '/scopes', message: 'no request asks for them: {scopes} is nowhere' }
  }
  if (definition.scopes === undefined && scopes) {
    yield {
      pointer: '',
      message: '{scopes} is sent, and `scopes` does not say what they look like',
    }
  }
  if (definition.lifetimes !== undefined && !lifetime) {
    yield { pointer: '/lifetimes', message: 'no request asks for one: {lifetime} is nowhere' }
  }
  if (definition.lifetimes === undefined && lifetime) {
    yield {
      pointer: '',
      message: '{lifetime} is sent, and `lifetimes` does not say which there are',
    }
  }
}
