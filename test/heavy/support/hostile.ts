import * as fc from 'fast-check'

/** In every place where a provider tells a secret; it must not come out anywhere else. */
export const canary = 'CANARY-7f3a9c'

const awkwardText = fc.constantFrom(
  '',
  ' ',
  'undefined',
  'null',
  '[object Object]',
  `${canary}\r\nX-Evil: 1`,
  `${canary}\0`,
  `${canary}\u001b]0;title\u0007`,
  `${canary}\u202e`,
  `${canary} with spaces`,
  `${canary}é`,
  canary,
  canary.repeat(2_000),
  `{access}${canary}`,
  `eyJhbGciOiJub25lIn0.${Buffer.from(`{"exp":1e999,"jti":"${canary}"}`).toString('base64url')}.x`,
)
const awkwardNumber = fc.constantFrom(
  0,
  -0,
  -1,
  1e15,
  1e308,
  3_600.9,
  1_729_958_434,
  1_729_958_434_022,
  Number.MAX_SAFE_INTEGER,
)
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  awkwardText,
  awkwardNumber,
  fc.constantFrom(null, true, false, [], {}, [[]], '3600', '3600s', '1e999', 'NaN', '90 days'),
  fc.string({ maxLength: 40, unit: 'binary' }),
)

const keys = `access_token expire_token refresh_token accessToken refreshToken token expire_date
  expired_in expires_in dateExpires expiresAt issuedAt session_id userId _id name scope scopes payload
  body status statusCode httpCode messageList codeList error error_code error_message message codes
  success user data __proto__ constructor toString`.split(/\s+/)

const key = fc.constantFrom(...keys)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    {
      weight: 3,
      arbitrary: fc.array(fc.tuple(key, tie('value')), { maxLength: 10 }).map(asObject),
    },
  ),
}))

/** Objects that only JSON can make: with an own `__proto__`. */
function asObject(entries: ReadonlyArray<readonly [string, unknown]>): unknown {
  const text = entries.map(
    ([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one) ?? 'null'}`,
  )
  return JSON.parse(`{${text.join(',')}}`) as unknown
}

/** Bodies: plausible, damaged, deep, doubled, and none at all. */
export function bodies(plausible: readonly string[]): fc.Arbitrary<string> {
  const whole = fc.constantFrom(...plausible)
  return fc.oneof(
    { weight: 4, arbitrary: value.map((one) => JSON.stringify(one) ?? '') },
    {
      weight: 3,
      arbitrary: fc.tuple(whole, key, value).map(([text, name, one]) => put(text, name, one)),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % text.length)),
    },
    { weight: 2, arbitrary: fc.tuple(whole, fc.nat(), fc.nat(255)).map(flip) },
    {
      weight: 1,
      arbitrary: fc.nat(200).map((depth) => '['.repeat(depth * 50) + ']'.repeat(depth * 50)),
    },
    { weight: 1, arbitrary: whole.map((text) => text.replace('{', '{"access_token":"first",')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '<html>', 'null', '[]', '"x"', '42', '\ufeff{}', '{}}'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 300, unit: 'binary' }) },
  )
}

/** Puts a value under a name, at the top and inside of every object there. */
function put(text: string, name: string, one: unknown): string {
  const replaced = JSON.parse(text, (_key, inner: unknown) =>
    typeof inner === 'object' &&
    inner !== null &&
    !Array.isArray(inner) &&
    Object.hasOwn(inner, name)
      ? { ...inner, [name]: one }
      : inner,
  ) as unknown
  return JSON.stringify(replaced)
}

function flip([text, at, byte]: readonly [string, number, number]): string {
  const bytes = Buffer.from(text)
  bytes[at % bytes.length] = byte
  return bytes.toString('latin1')
}

export const statuses = fc.constantFrom(
  ...[
    200, 200, 200, 200, 201, 202, 204, 206, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 520,
  ],
)

export const contentTypes = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/problem+json',
  'text/html',
  'text/plain',
  '',
  'application/json; charset="',
)

export const names = fc.oneof(
  fc.string({ maxLength: 80, unit: 'binary' }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    ...[
      '../../etc/x',
      'a/b',
      '.',
      '..',
      'CON',
      'nul',
      'a:b',
      'a ',
      'a.',
      '__proto__',
      'constructor',
    ],
    ...[
      'prototype',
      'tostring',
      'valueof',
      'PROD',
      'й',
      'a\0b',
      'a\r\nb',
      '\u001b[31m',
      '\u202eabc',
    ],
    ...['\ud800', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(1_048_576), '-P', '--json', 'my.prod'],
  ),
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,70}$/),
)
