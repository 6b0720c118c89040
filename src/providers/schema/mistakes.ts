import { isConfidential } from '../../core/base-url.ts'
import { readDuration } from '../../core/duration.ts'
import { pointerSegment } from '../../core/json-text.ts'
import { variableOf } from '../../core/variable.ts'
import { words } from '../../messages/words.ts'
import type { Problem } from './problem.ts'
import type { Exchange, ProviderDefinition } from './definition.ts'
import { asList } from './as-list.ts'
import { findExchangeMistakes } from './mistakes-exchange.ts'
import { findReplyMistakes } from './mistakes-reply.ts'
import { headerMistakes, noField, templateMistakes, type Vocabulary } from './mistakes-text.ts'
import { mentions } from './mentions.ts'

const operations = ['login', 'refresh', 'issue', 'list', 'revoke', 'info', 'logout'] as const

// Names whose variables (TOKN_...) already mean something else.
const reserved = new Set(
  'agent_sock config_dir debug expires_at min_ttl no_color no_input output passphrase profile provider refresh_token sock store store_key timeout token'.split(
    ' ',
  ),
)

/** What the schema cannot find: unknown names, parts that contradict each other. */
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
  const { errors, api, scopes } = definition
  const replies = { '/errors': errors, '/api': api }
  for (const [pointer, part] of Object.entries(replies)) {
    yield* findReplyMistakes(pointer, part, false, vocabularyOf(definition, []))
  }
  if (typeof scopes?.list === 'object') {
    yield* scopeListMistakes(definition, scopes.list)
  }
}

function* scopeListMistakes(definition: ProviderDefinition, list: Exchange): Generator<Problem> {
  const pointer = '/scopes/list'
  yield* findExchangeMistakes(definition, 'info', pointer, list, vocabularyOf(definition, []))
  if (list.reply?.scopes === undefined) {
    yield { pointer, message: words.definitions.scopeListWithoutScopes() }
  }
}

/** The exchanges of an operation, each with its JSON Pointer. */
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

function vocabularyOf(definition: ProviderDefinition, more: readonly string[]): Vocabulary {
  const replies = operations
    .flatMap((operation) => asList<Exchange>(definition[operation]))
    .flatMap(({ reply, otherwise }) => [reply, otherwise?.reply])
  const context = replies.flatMap((reply) => [
    ...Object.keys(reply?.context ?? {}),
    ...(reply?.userId === undefined ? [] : ['userId']),
  ])
  const always = ['access', 'refresh', 'id', 'baseUrl', 'now', 'uuid']
  return {
    names: [...always, ...more],
    fields: definition.fields.map(({ name }) => name),
    context,
  }
}

function grantWords(operation: string): readonly string[] {
  if (operation === 'revoke') return ['target']
  const granting = operation === 'login' || operation === 'issue'
  return granting ? ['name', 'label', 'scopes', 'lifetime', 'expires', 'audience'] : []
}

function* fieldMistakes({ fields, budget }: ProviderDefinition): Generator<Problem> {
  const names = fields.map(({ name }) => name)
  for (const [index, field] of fields.entries()) {
    const { name, secret, default: usual, choices, loginChoices } = field
    const at = `/fields/${index}`
    if (names.indexOf(name) < index) {
      yield { pointer: `${at}/name`, message: words.definitions.fieldTwice(name) }
    }
    if (reserved.has(name)) {
      const message = words.definitions.reservedVariable(variableOf(name))
      yield { pointer: `${at}/name`, message }
    }
    if (secret === true && usual !== undefined) {
      yield { pointer: `${at}/default`, message: words.definitions.secretDefault() }
    }
    if (usual !== undefined && choices?.includes(usual) === false) {
      yield { pointer: `${at}/default`, message: words.definitions.defaultNotAChoice() }
    }
    if (loginChoices?.every((choice) => choices?.includes(choice)) === false) {
      yield { pointer: `${at}/loginChoices`, message: words.definitions.loginChoiceNotAChoice() }
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
    yield { pointer, message: words.definitions.urlNotEncrypted() }
  }
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
    yield { pointer, message: words.definitions.urlWithMore() }
  }
  if (bare && url.pathname !== '/') {
    yield { pointer, message: words.definitions.notAnOrigin(url.origin) }
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
      yield { pointer, message: words.definitions.notADuration() }
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
    const vocabulary = { ...vocabularyOf(definition, []), names: ['access', 'baseUrl'] }
    yield* headerMistakes(`${pointer}/headers`, headers, vocabulary)
    for (const [name, record] of Object.entries({ query, cookies })) {
      for (const [key, template] of Object.entries(record ?? {})) {
        yield* templateMistakes(`${pointer}/${name}${pointerSegment(key)}`, template, vocabulary)
      }
    }
    const texts = [headers, query, cookies].flatMap((record) => Object.values(record ?? {}))
    if (!texts.some((text) => text.includes('{access'))) {
      yield { pointer, message: words.definitions.tokenNeverSent() }
    }
    if (texts.some((text) => text.includes('{access|'))) {
      yield { pointer, message: words.definitions.tokenTransformed() }
    }
  }
}

function* operationMistakes(definition: ProviderDefinition): Generator<Problem> {
  for (const operation of ['login', 'refresh', 'issue'] as const) {
    const exchanges = exchangesOf(definition, operation).map(({ exchange }) => exchange)
    if (exchanges.length > 0 && !exchanges.some(({ reply }) => reply?.access !== undefined)) {
      yield { pointer: `/${operation}`, message: words.definitions.noAccess() }
    }
  }
  for (const { pointer, exchange } of exchangesOf(definition, 'list')) {
    const missing = (['items', 'id'] as const).filter((key) => exchange.reply?.[key] === undefined)
    for (const key of missing) {
      yield { pointer, message: words.definitions.listWithout(key) }
    }
  }
  const revokes = exchangesOf(definition, 'revoke').map(({ exchange }) => exchange)
  if (revokes.length > 0 && !mentions(revokes, 'target')) {
    yield { pointer: '/revoke', message: words.definitions.revokeWithoutTarget() }
  }
  if (definition.login === undefined && definition.pasted === undefined) {
    yield { pointer: '', message: words.definitions.noSourceOfTokens() }
  }
  const reissue = definition.rotation === 'reissue'
  if (reissue && definition.issue === undefined) {
    yield { pointer: '/rotation', message: words.definitions.reissueWithoutIssue() }
  }
  if (reissue && definition.refresh !== undefined) {
    yield { pointer: '/rotation', message: words.definitions.reissueWithRefresh() }
  }
}

function* askingMistakes(definition: ProviderDefinition): Generator<Problem> {
  const granting = [definition.login, definition.issue].flatMap((own) => asList<Exchange>(own))
  const scopes = mentions(granting, 'scopes')
  const lifetime = mentions(granting, 'lifetime', 'expires')
  if (definition.scopes !== undefined && !scopes) {
    yield { pointer: '/scopes', message: words.definitions.scopesNeverSent() }
  }
  if (definition.scopes === undefined && scopes) {
    yield { pointer: '', message: words.definitions.scopesUndescribed() }
  }
  if (definition.lifetimes !== undefined && !lifetime) {
    yield { pointer: '/lifetimes', message: words.definitions.lifetimeNeverSent() }
  }
  if (definition.lifetimes === undefined && lifetime) {
    yield { pointer: '', message: words.definitions.lifetimeUndescribed() }
  }
}
