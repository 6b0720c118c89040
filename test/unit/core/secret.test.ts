import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteForeign, redact, redactForeign, Secret } from '../../../src/core/secret.ts'

/** Makes this process hold a secret. */
function know(text: string): void {
  expect(String(new Secret(text))).toBe('[secret]')
}

describe('a secret', () => {
  const secret = new Secret('hunter2-canary')

  it.each([
    ['a template', `${secret}`],
    ['String()', String(secret)],
    ['concatenation', 'x' + String(secret)],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
    ['an error', new Error(`failed with ${secret}`).message],
    ['its keys', JSON.stringify(Object.entries(secret))],
  ])('does not show in %s', (_, text) => {
    expect(text).not.toContain('hunter2')
  })

  it('is given when asked for', () => {
    expect(secret.reveal()).toBe('hunter2-canary')
    expect(secret.equals(new Secret('hunter2-canary'))).toBe(true)
    expect(secret.equals(new Secret('hunter3-canary'))).toBe(false)
    expect(secret.equals(undefined)).toBe(false)
  })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')
const formValue = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
const ascii = (text: string) =>
  JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
const html = (text: string, quote: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', quote)

const decimal = (code: number) => `&#${code};`
const hexOf = (code: number) => code.toString(16).toUpperCase().padStart(2, '0')
const go = (text: string) => text.replace(/[<>&]/g, (one) => `\\u00${hexOf(one.charCodeAt(0))}`)
const byNumber = (text: string, write: (code: number) => string, which = '&<"') =>
  Array.from(text, (one) => (which.includes(one) ? write(one.codePointAt(0)!) : one)).join('')

/** How something that was sent comes back in what somebody says. */
const echoes: ReadonlyArray<readonly [name: string, (secret: string) => string]> = [
  ['raw', (secret) => secret],
  ['within a word', (secret) => `x${secret}x`],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded, small letters', (one) => encodeURIComponent(one).replace(/%../g, lower)],
  ['percent-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['as a form value', formValue],
  ['in JSON', (secret) => JSON.stringify({ secret })],
  ['in JSON within JSON', (secret) => JSON.stringify(JSON.stringify({ secret }))],
  ['in JSON of ASCII alone', ascii],
  ['in JSON with escaped slashes', (secret) => JSON.stringify(secret).replaceAll('/', '\\/')],
  ['in JSON of PHP', (secret) => ascii(secret).replaceAll('/', '\\/')],
  ['in HTML', (secret) => html(secret, '&quot;')],
  ['in HTML, by numbers', (secret) => html(secret, '&#34;')],
  ['in base64', base64],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['in Basic authentication', (secret) => `Basic ${base64(`u:${secret}`)}`],
  ['in Basic, one further on', (secret) => `Basic ${base64(`us:${secret}`)}`],
  ['in Basic, two further on', (secret) => `Basic ${base64(`use:${secret}`)}`],
  ['in Basic of RFC 6749', (secret) => base64(`id:${encodeURIComponent(secret)}`)],
  ['in the middle of base64', (secret) => base64(`before ${secret} after`)],
  ['in hexadecimal', hex],
  ['in hexadecimal capitals', (secret) => hex(secret).toUpperCase()],
  ['as a program inspects it', (secret) => inspect({ secret })],
  ['with its letters taken apart', (secret) => secret.normalize('NFD')],
  ['read in the wrong alphabet', (secret) => Buffer.from(secret).toString('latin1')],
  ['cut short', (secret) => `${secret.slice(0, 12)}...`],
]

function lower(text: string): string {
  return text.toLowerCase()
}

describe('what somebody else says', () => {
  // A random middle: pieces of it have no meaning and no likeness with anything in the sentence.
  const value = 'k9Qz-p"ä +/=&<7W?canary-tail'
  know(value)

  it.each(echoes)('is told without a secret %s', (_, echo) => {
    const told = redactForeign(`you sent ${echo(value)} again`)
    expect(told).toMatch(/^you sent .*\[secret\].* again$/)
    for (const form of [value, 'canary', 'CANARY', base64(value).slice(4, 20), hex('canary')]) {
      expect(told.toLowerCase()).not.toContain(form.toLowerCase())
    }
  })

  it('is told without any secret, however it comes back', () => {
    const numbered = echoes.find(([name]) => name === 'in HTML, by numbers')!
    // An ampersand, a quotation mark by number and an apostrophe as it is, found by chance.
    const mixed: Array<[string, (typeof echoes)[number]]> = [
      [`"\u{108fb}ꋆ'ö𑯯𝟿!+&ꀹ∗𖫆/é`, numbered],
      [`𞲍ꅶ&ᒍꝽ/ー&💺'𛈓🀽ї"ꆦῌ+ꘚ`, numbered],
    ]
    const secrets = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 })
    fc.assert(
      fc.property(secrets, fc.constantFrom(...echoes.slice(3, 23)), (text, [, echo]) => {
        // What consists of the letters of the frame alone would be found in it.
        const secret = `Zq7${text}7Zq`
        know(secret)
        const shown = echo(secret)
        expect(redactForeign(`said: ${shown} (end)`)).not.toContain(shown)
      }),
      { numRuns: 300, endOnFailure: true, examples: mixed },
    )
  })

  it.each([
    ['only the quotation mark', (one: string) => one.replaceAll('"', '&quot;')],
    ['only the ampersand', (one: string) => one.replaceAll('&', '&amp;')],
    ['numbers with zeros', (one: string) => byNumber(one, (code) => `&#${`000${code}`};`)],
    ['hexadecimal numbers', (one: string) => byNumber(one, (code) => `&#x${code.toString(16)};`)],
    ['capital hexadecimal', (one: string) => byNumber(one, (code) => `&#X${hexOf(code)};`)],
    ['names and numbers', (one: string) => byNumber(one.replaceAll('&', '&amp;'), decimal, '"')],
    ['names beyond ASCII', (one: string) => html(one, '&#34;').replaceAll('ä', '&auml;')],
    ['everything by number', (one: string) => byNumber(one, decimal, one)],
    ['HTML twice', (one: string) => html(html(one, '&quot;'), '&quot;')],
    ['HTML of JSON', (one: string) => html(JSON.stringify({ one }), '&quot;')],
    ['HTML by number of JSON', (one: string) => html(JSON.stringify({ one }), '&#34;')],
    ['JSON that Go writes', (one: string) => go(JSON.stringify({ one }))],
    ['a script in HTML', (one: string) => byNumber(one, (code) => `\\x${hexOf(code)}`)],
    ['base64 in HTML', (one: string) => html(base64(one), '&quot;').replaceAll('=', '&#61;')],
  ] as const)('is told without a secret in %s', (_, write) => {
    const told = redactForeign(`you sent <${write(value)}> again`)
    expect(told).toMatch(/^you sent <.*\[secret\].*> again$/)
    expect(told).not.toMatch(/canary|k9Qz|tail|W\?/)
    const ours = redact(`got ${write(value)}`)
    expect(ours).toContain('[secret]')
    expect(ours).not.toMatch(/canary|k9Qz|tail/)
  })

  it.each([
    'a &lt;b&gt; &amp;amp; &#34;c&#34; \\u0026 &nosuch; &#9999999999; &; &#; \\u12 &auml',
    '&amp;'.repeat(1_000),
    '&#'.repeat(2_000),
    '&amp;amp'.repeat(500),
  ])('keeps its escapes where they hold no secret', (said) => {
    expect(redactForeign(said)).toBe(said)
  })

  it('is told without a line of a key', () => {
    const line = () => Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(48)))
    const lines = [line(), line(), line()].map((bytes) => bytes.toString('base64'))
    know(`-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`)
    const told = redactForeign(
      `-----BEGIN PRIVATE KEY----- ${lines[1]} ${lines[2]?.slice(0, 20)} and so on`,
    )
    expect(told).toBe('-----BEGIN PRIVATE KEY----- [secret] [secret] and so on')
  })

  it.each([
    [' tok', 'the token "tok" is no token: tok', 'the token "[secret]" is no token:[secret]'],
    [
      'pin',
      'the spinning pin, pin=pin; %22pin%22',
      'the spinning [secret], [secret]=[secret]; %22[secret]%22',
    ],
    [
      'ab',
      'abort: about "ab", pw=ab, absent ab',
      'abort: about "[secret]", pw=[secret], absent ab',
    ],
    ['x', 'an extra x: "x"', 'an extra x: "[secret]"'],
    ['4711', 'error 47110 for 4711', 'error 47110 for [secret]'],
    ['gone', 'it is gone, and undergone', 'it is [secret], and undergone'],
    ['s3cr3t', 'xs3cr3tx S3CR3T', 'x[secret]x [secret]'],
    ['secret', 'your secret: [secret]', 'your [secret]: [[secret]]'],
    ['pw5', `Basic ${base64('admin:pw5')}`, 'Basic [secret]'],
    ['naïve', 'na\\u00efve naive "naïve" nai\u0308ve', '[secret] naive "[secret]" [secret]'],
  ])('keeps its words where %j is the secret', (secret, said, told) => {
    know(secret)
    expect(redactForeign(said)).toBe(told)
  })

  it('is one harmless line', () => {
    know('with\u001bescape')
    expect(quoteForeign('a\nb \u001b[2K with\u001bescape with\\u001bescape', 60)).toBe(
      'a\\x0ab \\x1b[2K [secret] [secret]',
    )
  })
})

describe('a sentence of ours', () => {
  const words = ['the', 'expired', 'web', 'token', ' tok', 'refresh token', 'a', 'no', 'login']
  const sentences = [
    'the token of "web" has expired, and cannot be refreshed',
    'the server no longer takes the refresh token (invalid_grant)',
    'could not be stored: no space left on the device',
    'tokn login web --provider hosterby --base-url https://127.0.0.1:8080',
  ]

  it.each(words)('keeps its words where %j is somebody’s password', (word) => {
    know(word)
    for (const sentence of sentences) expect(redact(sentence)).toBe(sentence)
  })

  it.each([
    ['ours-Kk29-xlf0-22', 'got ours-Kk29-xlf0-22x', 'got [secret]x'],
    ['s7-pass', 'got s7-pass, not s7-passage', 'got [secret], not s7-passage'],
    ['correct horse battery staple', 'correct horse battery staple', '[secret]'],
    ['1-k/ü+zzzzz9', `Basic ${base64('u:1-k/ü+zzzzz9')}`, 'Basic [secret]'],
    ['1-k/ü+zzzzz9', `?q=${encodeURIComponent('1-k/ü+zzzzz9')}`, '?q=[secret]'],
  ])('has no %j in it all the same', (secret, said, told) => {
    know(secret)
    expect(redact(said)).toBe(told)
  })

  it('loses the longer of two that overlap', () => {
    const long = new Secret('overlap-abcdef')
    expect(new Secret('overlap-abc').reveal()).toBe('overlap-abc')
    expect(redact(long.reveal())).toBe('[secret]')
  })
})

it('a text that is odd, but has none of a thousand secrets, stays as it is', () => {
  for (let index = 0; index < 1_000; index++) know(`many-${index}-${base64(String(index))}-ü&"`)
  const text = `${'lorem ipsum dolor sit amet, '.repeat(100)}${'QUJD'.repeat(300)}${'&amp;#34; '.repeat(200)}`
  expect(redactForeign(text)).toBe(text)
})
