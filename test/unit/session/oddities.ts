import { deflateSync, gzipSync } from 'node:zlib'
import type { Said } from '../oauth/fake-server.ts'
import { idToken, signJwt } from '../oauth/fake-server.ts'
import type { Reply } from './strict-server.ts'

/** One way in which a good answer can be odd. */
export interface Oddity {
  readonly name: string
  readonly twist: (reply: Reply) => Said
  /** What is left of it: all, no refresh token, or nothing that can be read. */
  readonly leaves: 'all' | 'access' | 'nothing'
}

interface Names {
  readonly access: string
  readonly refresh: string
  /** The object of the body that has the fields. */
  readonly inside?: string
}

const odd: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ['null', null],
  ['an empty text', ''],
  ['zero', 0],
  ['a negative number', -1],
  ['a fraction', 1.5],
  ['true', true],
  ['an empty list', []],
  ['an empty object', {}],
  ['a list', [1, 'two']],
  ['a nested object', { value: { value: 'x' } }],
  ['a text', 'something else'],
  ['a number as text', '3600'],
  ['a duration', '3600s'],
  ['a long text', 'x'.repeat(70_000)],
  ['control characters', 'a\u001b[2K\u0007b'],
  ['letters beyond ASCII', 'ключ'],
  ['an instant', '2026-01-01T00:00:00Z'],
]

/** Every field, header, label and envelope of a good answer made odd in turn. */
export function oddities(names: Names, fields: readonly string[]): readonly Oddity[] {
  return [
    ...fields.flatMap((field) => oddFields(names, field)),
    ...labels(),
    ...statuses(),
    ...shapes(names),
  ]
}

function oddFields(names: Names, field: string): readonly Oddity[] {
  const made = odd
    .filter(([name]) => mayBeOdd(names, field, name))
    .map(([name, value]) => ({
      name: `${field} is ${name}`,
      twist: (reply: Reply) => inside(reply, names, (body) => ({ ...body, [field]: value })),
      leaves: leftBy(names, field),
    }))
  const missing: Oddity = {
    name: `${field} is missing`,
    twist: (reply) =>
      inside(reply, names, (body) =>
        Object.fromEntries(Object.entries(body).filter(([key]) => key !== field)),
      ),
    leaves: leftBy(names, field),
  }
  const twice: Oddity = {
    name: `${field} is given twice`,
    twist: ({ body, ...reply }) => {
      const text = JSON.stringify(body)
      const at = text.indexOf(`"${field}":`)
      return {
        ...reply,
        body: at < 0 ? text : `${text.slice(0, at)}"${field}":"first",${text.slice(at)}`,
      }
    },
    leaves: 'all',
  }
  return [...made, twice, ...(field === names.refresh ? [] : [missing])]
}

/** Another text, or a number, in the place of a token is the server's word for it: nothing is odd. */
function mayBeOdd({ access, refresh }: Names, field: string, name: string): boolean {
  const never = ['null', 'an empty text', 'zero', 'a negative number', 'a fraction', 'a text']
  const texts = [
    'a number as text',
    'a duration',
    'an instant',
    'a long text',
    'control characters',
    'letters beyond ASCII',
  ]
  if (field === refresh) return !never.includes(name) && !texts.includes(name)
  return (
    field !== access ||
    !['zero', 'a negative number', 'a fraction', ...texts.slice(0, 3)].includes(name)
  )
}

function leftBy({ access, refresh }: Names, field: string): Oddity['leaves'] {
  if (field === access) return 'nothing'
  return field === refresh ? 'access' : 'all'
}

function labels(): readonly Oddity[] {
  const types = [
    'text/plain',
    'text/html',
    'text/html; charset=utf-8',
    'application/octet-stream',
    'application/json; charset=utf-16',
    'application/json; charset=koi8-r',
    'application/problem+json',
    'application/vnd.api+json',
    'application/x-www-form-urlencoded',
    'text/javascript',
    'image/png',
    'garbage',
    '',
  ]
  return types.map((type) => ({
    name: `labelled "${type}"`,
    twist: ({ headers, ...reply }) => ({
      ...reply,
      body: JSON.stringify(reply.body),
      headers:
        type === '' ? without(headers, 'content-type') : { ...headers, 'content-type': type },
    }),
    leaves: 'all' as const,
  }))
}

function statuses(): readonly Oddity[] {
  return [201, 202, 203, 206, 207, 226].map((status) => ({
    name: `status ${status}`,
    twist: (reply) => ({ ...reply, status }),
    leaves: 'all' as const,
  }))
}

function shapes(names: Names): readonly Oddity[] {
  const text = (reply: Reply) => JSON.stringify(reply.body)
  const reshaped: ReadonlyArray<readonly [name: string, make: (reply: Reply) => Said]> = [
    ['in an envelope "result"', (reply) => ({ ...reply, body: { result: reply.body } })],
    [
      'in an envelope "response" beside a status',
      (reply) => ({ ...reply, body: { status: 'ok', response: reply.body } }),
    ],
    ['in two envelopes', (reply) => ({ ...reply, body: { payload: { tokens: reply.body } } })],
    ['in a list', (reply) => ({ ...reply, body: [reply.body] })],
    [
      'with fields nobody knows',
      (reply) => ({ ...reply, body: { ...reply.body, error: null, errors: [], x: { y: [1] } } }),
    ],
    ['with a byte order mark', (reply) => ({ ...reply, body: `\ufeff${text(reply)}` })],
    ['with blanks around', (reply) => ({ ...reply, body: `\r\n\t ${text(reply)} \n\n` })],
    [
      'with a header of 30 KB',
      (reply) => ({ ...reply, headers: { ...reply.headers, 'x-long': 'x'.repeat(30_000) } }),
    ],
    [
      'with cookies and challenges',
      (reply) => ({
        ...reply,
        headers: { ...reply.headers, 'set-cookie': 'a=b', 'www-authenticate': 'Bearer' },
      }),
    ],
    [
      'with a wrong Date',
      (reply) => ({
        ...reply,
        headers: { ...reply.headers, date: 'Thu, 01 Jan 1970 00:00:00 GMT' },
      }),
    ],
    [
      'with Retry-After',
      (reply) => ({ ...reply, headers: { ...reply.headers, 'retry-after': '120' } }),
    ],
  ]
  const packed: ReadonlyArray<readonly [encoding: string, pack: (bytes: string) => Buffer]> = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['x-gzip', gzipSync],
  ]
  return [
    ...reshaped.map(([name, twist]) => ({ name, twist, leaves: 'all' as const })),
    ...packed.map(([encoding, pack]) => ({
      name: `packed as ${encoding}`,
      twist: (reply: Reply) => ({
        ...reply,
        headers: { ...reply.headers, 'content-encoding': encoding },
        body: pack(text(reply)),
      }),
      leaves: 'all' as const,
    })),
    ...[
      '',
      '{',
      '<html><body>Welcome</body></html>',
      'OK',
      '[]',
      'null',
      '42',
      '\u0000\u0001\u0002',
    ].map((body) => ({
      name: `nothing but ${JSON.stringify(body)}`,
      twist: (reply: Reply) => ({ ...reply, body }),
      leaves: 'nothing' as const,
    })),
    {
      name: 'cut in half',
      twist: (reply) => ({
        ...reply,
        body: text(reply).slice(0, text(reply).indexOf(names.access)),
      }),
      leaves: 'nothing',
    },
  ]
}

/** ID tokens that OpenID Connect Core section 3.1.3.7 has refused. */
export function oddIdTokens(origin: string): readonly Oddity[] {
  const now = Math.floor(Date.now() / 1_000)
  const tokens: ReadonlyArray<readonly [name: string, token: unknown]> = [
    ['expired', idToken(origin, { exp: now - 7_200, iat: now - 9_000 })],
    ['not valid before 45 s', idToken(origin, { nbf: now + 45 })],
    ['not valid before a day', idToken(origin, { nbf: now + 86_400 })],
    ['made in the future', idToken(origin, { iat: now + 86_400, exp: now + 90_000 })],
    ['for another user', idToken(origin, { sub: 'mallory' })],
    ['for another client', idToken(origin, { aud: 'other' })],
    ['for several clients', idToken(origin, { aud: ['app', 'other'], azp: 'other' })],
    ['of another issuer', idToken('https://other.example')],
    ['without claims', signJwt({})],
    ['without a signature', idToken(origin).replace(/\.[^.]*$/, '.')],
    [
      'of an unknown algorithm',
      signJwt({ iss: origin, aud: 'app', sub: 'alice', iat: now, exp: now + 300 }, { alg: 'none' }),
    ],
    ['encrypted', 'eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d'],
    ['garbage', 'not.a.token'],
    ['a number', 7],
    ['an object', { token: 'x' }],
  ]
  return tokens.map(([name, token]) => ({
    name: `the ID token is ${name}`,
    twist: (reply) => ({ ...reply, body: { ...reply.body, id_token: token } }),
    leaves: 'all' as const,
  }))
}

function inside(
  reply: Reply,
  { inside: envelope }: Names,
  change: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Said {
  if (envelope === undefined) return { ...reply, body: change(reply.body) }
  const within = reply.body[envelope] as Readonly<Record<string, unknown>>
  return { ...reply, body: { ...reply.body, [envelope]: change(within) } }
}

function without(headers: Readonly<Record<string, string>>, name: string) {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))
}
