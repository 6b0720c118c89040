import type { HttpReply } from '../../../src/core/ports.ts'
import { json, reply } from './reach.ts'

// Ways in which an answer with good tokens can be odd, for every dialect alike.

type Fields = Readonly<Record<string, unknown>>

/** What is at the place of a value that is no longer what it should be. */
export const oddValues: readonly unknown[] = [
  null,
  '',
  ' ',
  'x',
  'a b',
  'null',
  '3600s',
  '2027-01-01T00:00:00Z',
  '\u001b[2J\u202e',
  'ключ',
  'x'.repeat(9_000),
  0,
  -1,
  1.5,
  1e15,
  true,
  false,
  [],
  ['a', 'b'],
  [1, null, {}],
  {},
  { a: { b: 1 } },
]

/** Texts that JSON can say and `JSON.stringify` cannot, by name. */
export const oddTexts: Readonly<Record<string, string>> = {
  infinity: '1e999',
  'a very long number': '9'.repeat(400),
  'a lone surrogate': '"\\ud800"',
  'a zero': '"a\\u0000b"',
  NaN: 'NaN',
  'another infinity': '-Infinity',
  undefined: 'undefined',
  None: 'None',
  octal: '03600',
  'a sign': '+3600',
  hexadecimal: '0x10',
  'a bare line break': '"a\nb"',
  'a wrong escape': '"it\\\'s"',
}

const labels: readonly string[] = [
  'text/plain',
  'text/html',
  'text/html; charset=utf-8',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/jwt-not-really',
  'application/vnd.api+json',
  'application/json; charset=utf-16',
  'application/json; charset="windows-1251"',
  'application/json; charset=',
  'application/json;;;',
  'json',
  ';',
  'image/png',
  'multipart/form-data; boundary=x',
]

const oddHeaders: ReadonlyArray<readonly [string, string]> = [
  ['date', 'yesterday'],
  ['date', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['date', 'Fri, 31 Dec 2100 23:59:59 GMT'],
  ['retry-after', '600'],
  ['retry-after', 'soon'],
  ['www-authenticate', 'Basic realm="x"'],
  ['www-authenticate', 'DPoP error="use_dpop_nonce"'],
  ['www-authenticate', 'Bearer error="invalid_token"'],
  ['dpop-nonce', 'n'],
  ['set-cookie', 'a=b; ;;=; Max-Age=x'],
  ['location', 'https://elsewhere.example/'],
  ['link', '<http://[>; rel=next'],
  ['content-length', '3'],
  ['content-encoding', 'identity'],
  ['x-empty', ''],
  ['x-large', 'y'.repeat(60_000)],
  ['server', 'cloudflare'],
  ['cf-ray', '0'],
]

const oddStatuses: readonly number[] = [200, 201, 202, 203, 206, 207, 226, 299]

/** Bodies that hold `good` within something that nobody told us of. */
function envelopes(good: Fields): Readonly<Record<string, unknown>> {
  return {
    data: { data: good },
    result: { ok: true, result: good },
    response: { response: { token: good }, meta: { request_id: 'r' } },
    'two deep': { a: { b: good } },
    list: [good],
    'list in an object': { tokens: [good], count: 1 },
    'list of one and others': [null, 1, 'x', good, {}],
  }
}

/** Every way but the fields': a good body under odd labels, headers, statuses, and surroundings. */
export function oddReplies(good: Fields): Readonly<Record<string, HttpReply>> {
  const text = JSON.stringify(good)
  const found: Record<string, HttpReply> = {}
  for (const label of labels)
    found[`labelled ${label}`] = reply(text, 200, { 'content-type': label })
  found['without a label'] = reply(text)
  for (const [name, value] of oddHeaders) {
    found[`with ${name}: ${value.slice(0, 40)}`] = json(good, 200, { [name]: value })
  }
  found['with a hundred headers'] = {
    ...json(good),
    headers: Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'y'.repeat(500)]),
  }
  for (const status of oddStatuses) found[`with status ${status}`] = json(good, status)
  for (const [name, body] of Object.entries(envelopes(good))) found[`within: ${name}`] = json(body)
  found['after a byte order mark'] = json(`\ufeff${text}`)
  found['after blanks'] = json(`\r\n\t  ${text}\n`)
  found['after a guard'] = json(`)]}',\n${text}`)
  found['before a comment'] = json(`${text}<!-- 0.013 s -->`)
  found['before a zero'] = json(`${text}\u0000`)
  found['with a comma too many'] = json(`${text.slice(0, -1)},}`)
  found['before a second document'] = json(`${text}\n{"debug":1}`)
  found['with a page for a label and more'] = reply(`${text}\n`, 201, {
    'content-type': 'text/html',
  })
  for (const key of Object.keys(good)) {
    const twice = `{"${key}":"the one before",${text.slice(1)}`
    found[`with ${key} twice`] = json(twice)
  }
  found['with a thousand further keys'] = json({
    ...Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index])),
    ...good,
  })
  found['with depths'] = json({ ...good, deep: JSON.parse('[[[[[[[[[[{"a":[]}]]]]]]]]]]') })
  found['with the names of prototypes'] = json(
    `{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},${text.slice(1)}`,
  )
  return found
}
