import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isToknError, type ErrorCode, type ToknError } from '../../src/core/errors.ts'
import type { Expiry } from '../../src/core/expiry.ts'
import type { HttpReply } from '../../src/core/ports.ts'
import type { Operation, Provider } from '../../src/core/provider.ts'
import { Secret } from '../../src/core/secret.ts'
import type { TokenSet } from '../../src/core/token.ts'
import type { ProviderDefinition } from '../../src/providers/schema/definition.ts'
import { hosterby } from '../../src/providers/builtin/hosterby.ts'
import { mcs } from '../../src/providers/builtin/mcs.ts'
import { oz } from '../../src/providers/builtin/oz.ts'
import { defineProvider } from '../../src/providers/interpreter/provider.ts'
import { rightech } from '../../src/providers/builtin/rightech.ts'
import { held, networkError, record, type Recorded } from '../unit/providers/reach.ts'
import { shapes } from '../unit/providers/shapes.ts'

const builtIns: readonly ProviderDefinition[] = [oz, mcs, rightech, hosterby]
const definitions = [...builtIns, ...shapes]
const operations = ['login', 'refresh', 'issue', 'list', 'revoke', 'info', 'logout'] as const
const cases = definitions.flatMap((definition) =>
  operations
    .filter((operation) => definition[operation] !== undefined)
    .map((operation) => [definition.id, operation, definition] as const),
)

const canary = 'canary-Secret.0123456789'
const possible = new Set<ErrorCode>([
  'usage',
  'not_found',
  'reauth_required',
  'forbidden',
  'provider_refused',
  'provider_nonsense',
  'network',
  'rate_limited',
  'quota',
])

function open(definition: ProviderDefinition): Provider {
  return defineProvider(definition, { baseUrl: 'https://api.example' })
}

function session(): TokenSet {
  return held(canary, `${canary}-refresh`, { context: { userId: '1', csrf: 'c' }, id: 'abc' })
}

function run(provider: Provider, operation: Operation, reach: Recorded): Promise<unknown> {
  switch (operation) {
    case 'login':
      return provider.login!(reach, {})
    case 'refresh':
      return provider.refresh!(reach, session())
    case 'issue':
      return provider.issue!(reach, session(), {})
    case 'list':
      return provider.list!(reach, session())
    case 'revoke':
      return provider.revoke!(reach, session(), { id: 'abc' })
    case 'info':
      return provider.info!(reach, session())
    default:
      return provider.logout!(reach, session())
  }
}

/** Every key that a definition speaks of in its replies, so that random bodies have them. */
function wordsOf(definition: ProviderDefinition): readonly string[] {
  const texts: string[] = []
  JSON.stringify(definition, (_, value: unknown) => {
    if (typeof value === 'string') texts.push(...value.split(/[./]/))
    return value
  })
  return [...new Set(texts.filter((text) => /^[A-Za-z_]{1,24}$/.test(text)))]
}

function bodiesOf(definition: ProviderDefinition): fc.Arbitrary<unknown> {
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...wordsOf(definition)) },
    fc.constantFrom('__proto__', 'constructor', 'toString', '0', '', '*'),
  )
  const leaf = fc.oneof(
    fc.jsonValue({ maxDepth: 0 }),
    fc.constantFrom(
      'ok',
      'error',
      canary,
      `Bearer ${canary}`,
      '3600',
      'never',
      'null',
      '2027-01-01T00:00:00Z',
    ),
    fc.constantFrom(0, -1, 200, 401, 520, 3600, 1e15, 1.5, 1_800_000_000, 1_800_000_000_000),
    fc.constantFrom(true, false, null),
    fc.string({ unit: 'binary' }),
  )
  return fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, tie('object'), tie('array')),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 8 }),
  })).value
}

function repliesOf(definition: ProviderDefinition): fc.Arbitrary<HttpReply> {
  const status = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(200, 201, 202, 204) },
    fc.constantFrom(301, 304, 400, 401, 403, 404, 405, 409, 410, 422, 429, 500, 502, 503, 520),
  )
  const body = fc.oneof(
    { weight: 8, arbitrary: bodiesOf(definition).map((value) => JSON.stringify(value)) },
    fc.constantFrom('', '<html></html>', 'a=b&a=c', '{"a":', canary, 'null', '\ufeff{}'),
    fc.string({ unit: 'binary' }),
  )
  const type = fc.constantFrom(
    'application/json',
    'application/json',
    'text/html',
    'text/plain',
    '',
  )
  const further = fc.subarray([
    ['set-cookie', 'session=s1; Max-Age=60'],
    ['set-cookie', 'session=; =; ;;'],
    ['x-subject-token', canary],
    ['x-subject-token', 'a b'],
    ['location', 'https://evil.example/%zz/..'],
    ['location', '/tokens/17'],
    ['link', '</x>; rel=next'],
    ['retry-after', '1'],
    ['date', 'Thu, 15 Jan 2026 12:00:00 GMT'],
    ['date', 'yesterday'],
  ])
  return fc.record({ status, body, type, further }).map(({ type, further, ...reply }) => ({
    ...reply,
    headers: [['content-type', type], ...further] as Array<[string, string]>,
  }))
}

/** What is wrong with a result, in words; nothing, if all is well. */
function* faultsOf(
  operation: Operation,
  value: unknown,
  definition: ProviderDefinition,
): Generator<string> {
  if (operation === 'login' || operation === 'refresh' || operation === 'issue') {
    yield* tokenFaults(value as TokenSet, definition)
  } else if (operation === 'list') {
    if (!Array.isArray(value)) yield 'not a list'
    for (const entry of value as Array<{ id: unknown; expiry: Expiry }>) {
      if (typeof entry.id !== 'string') yield 'an entry without an id'
      yield* expiryFaults(entry.expiry, definition)
    }
  } else if (operation === 'info') {
    if (typeof value !== 'object') yield 'no introspection'
  } else if (value !== undefined) yield 'a result where there is none'
}

function* tokenFaults(value: TokenSet, definition: ProviderDefinition): Generator<string> {
  const { access, refresh, expiry, context } = value
  if (!(access instanceof Secret)) yield 'no secret'
  if (!/^[\x21-\x7e]{1,16384}$/.test(access.reveal())) yield 'no token'
  // It travels in a body as a rule: any text is one.
  if (!/^[^\0]{1,65536}$/s.test(refresh?.reveal() ?? 'x')) yield 'no refresh token'
  if (Object.values(context).some((text) => typeof text !== 'string')) yield 'a context of no texts'
  yield* expiryFaults(expiry, definition)
}

function* expiryFaults(expiry: Expiry, definition: ProviderDefinition): Generator<string> {
  const saysNever = /"never":\[|"absent":"never"/.test(JSON.stringify(definition))
  if (expiry.state === 'at' && !Number.isSafeInteger(expiry.at)) yield `at ${expiry.at}`
  if (expiry.state === 'never' && !saysNever) yield 'a wrong never'
}

function* errorFaults(error: ToknError): Generator<string> {
  if (!possible.has(error.code)) yield `the code ${error.code}`
  if (`${error.message} ${error.hint}`.includes(canary)) yield 'a secret'
  if (/[\u0000-\u001f\u007f-\u009f\u202e]/.test(error.message)) yield 'a control character'
}

async function faultsOfRun(
  definition: ProviderDefinition,
  operation: Operation,
  reach: Recorded,
): Promise<readonly string[]> {
  try {
    return [...faultsOf(operation, await run(open(definition), operation, reach), definition)]
  } catch (error) {
    if (isToknError(error)) return [...errorFaults(error)]
    throw error
  }
}

describe('any reply to any operation', () => {
  it.each(cases)(
    '%s %s gives a result or an error of the right kind',
    async (_, operation, definition) => {
      const answers = Object.fromEntries(
        definition.fields.map(({ name, choices }) => [name, choices?.[0] ?? `${canary}-${name}`]),
      )
      const scripts = fc.array(repliesOf(definition), { minLength: 1, maxLength: 3 })
      await fc.assert(
        fc.asyncProperty(scripts, async (script) => {
          const reach = record(script, answers)
          expect(await faultsOfRun(definition, operation, reach)).toEqual([])
          for (const { url } of reach.requests) expect(url.origin).toBe('https://api.example')
        }),
        { numRuns: 150 },
      )
    },
  )

  it.each(cases)('%s %s passes on what the network says', async (_, operation, definition) => {
    const answers = Object.fromEntries(
      definition.fields.map(({ name, choices }) => [name, choices?.[0] ?? 'x']),
    )
    const broken = networkError(true)
    await expect(run(open(definition), operation, record([broken], answers))).rejects.toBe(broken)
  })
})

describe('the built-in providers', () => {
  it('are nowhere told apart by name', () => {
    const root = new URL('../../src/', import.meta.url)
    const names = builtIns.map(({ id }) => id).join('|')
    const branch = new RegExp(
      `(===|!==|case) ?['"\`](${names})['"\`]|['"\`](${names})['"\`] ?(===|!==)`,
    )
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('sandbox'),
    )
    const guilty = files.filter((name) => branch.test(readFileSync(new URL(name, root), 'utf8')))
    expect(guilty).toEqual([])
  })

  it('load no schema library', () => {
    const seen = new Set<string>()
    const follow = (file: URL) => {
      if (seen.has(file.href)) return
      seen.add(file.href)
      const text = readFileSync(file, 'utf8')
      for (const [, kind, path = ''] of text.matchAll(/^import (type )?[^']*'([^']+)'/gm)) {
        if (kind !== undefined) continue
        expect(path, `${file.pathname} imports it`).not.toBe('zod')
        if (/^\.\.?\/[a-z/.-]+\.ts$/.test(path)) follow(new URL(path, file))
      }
    }
    follow(new URL('../../src/providers/catalog.ts', import.meta.url))
    expect(seen.size).toBeGreaterThan(20)
  })
})
