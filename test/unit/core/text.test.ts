import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { showJson, timestamp } from '../../../src/core/data-text.ts'
import { quoteWord } from '../../../src/core/quoting.ts'
import { display, nearest, printable, styled } from '../../../src/core/text.ts'

/** Whatever could drive a terminal, turn the order of letters, or not be seen; and half characters. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u180b\u2065\u3164\uffa0\ufdd0]/u

describe('a word of a command line', () => {
  it.each([
    ['plain-1.2_x:/@%+=,', 'plain-1.2_x:/@%+=,'],
    ['', "''"],
    ['GET /objects', '"GET /objects"'],
    ["/a b/it's", `"/a b/it's"`],
    ['say "x"', `'say "x"'`],
    ['$(x)', "'$(x)'"],
    ['`x`', "'`x`'"],
    ['a\\b', "'a\\b'"],
    ["it's $x", String.raw`'it'\''s $x'`],
    ['wow!', "'wow!'"],
  ])('%j as %s', (word, quoted) => {
    expect(quoteWord(word)).toBe(quoted)
  })

  it('is read back by a shell as it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...`a b'"\\$\`!*?~#;&|<>(){}[]=%\n`) })),
        (words) => {
          const line = `printf '%s\\0' "$#" ${words.map(quoteWord).join(' ')}`
          const out = execFileSync('sh', ['-c', line, 'sh'], { encoding: 'utf8' })
          expect(out.split('\0').slice(1, -1)).toEqual(words)
        },
      ),
      { numRuns: 20 },
    )
  })
})

describe('display', () => {
  it.each([
    ['plain text', 'plain text'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]52;c;ZXZpbA==\u0007', '\\x1b]52;c;ZXZpbA==\\x07'],
    ['\u009b2K\u0090q\u009c', '\\x9b2K\\x90q\\x9c'],
    ['a\nb\r\u0085c\td', 'a\\x0ab\\x0d\\x85c\\x09d'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u2066a\u2069\u200b\u200d\ufeff', '\\u2066a\\u2069\\u200b\\u200d\\ufeff'],
    ['\u2028\u2029\u007f', '\\u2028\\u2029\\x7f'],
    ['so\u00adft\u2060\u061c', 'so\\u00adft\\u2060\\u061c'.replace('\\u00ad', '\\xad')],
    ['\u{e0041}\u{e007f}tags', '\\u{e0041}\\u{e007f}tags'],
    ['blank \u3164\u115f', 'blank \\u3164\\u115f'],
    ['\ufdd0[31m', '\\ufdd0[31m'],
    ['Ünïcödé 名前 ❤️ עברית', 'Ünïcödé 名前 ❤️ עברית'],
    ['lone \ud800 half', 'lone \ufffd half'],
  ])('shows %j as %j', (text, expected) => {
    expect(display(text)).toBe(expected)
  })

  it('ends after the limit, with a whole character', () => {
    expect(display('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(10)}…`)
    expect(display('xx😀', 3)).toBe('xx\ufffd…')
  })

  it('lets nothing harmful through, and leaves what is harmless', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 100 })
    const controls = fc.string({
      unit: fc.constantFrom(...'\u001b[]0;32mKJ\u009b\r\n\u0007\u202e'),
    })
    fc.assert(
      fc.property(fc.oneof(texts, controls), (text) => {
        expect(display(text, Number.POSITIVE_INFINITY)).not.toMatch(harmful)
        expect(printable(text)).not.toMatch(harmful)
        expect(printable(styled(text, (inner) => inner))).not.toMatch(harmful)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('styles', () => {
  const red = (text: string) => `\u001b[31m${text}\u001b[39m`
  const bold = (text: string) => `\u001b[1m${text}\u001b[22m`

  it('are of the terminal once they are printed, and around harmless text', () => {
    const inner = styled('a\u001b[8mb', red)
    expect(inner).not.toContain('\u001b')
    expect(printable(`${inner} c\u001b[2Kd`)).toBe('\u001b[31ma\\x1b[8mb\u001b[39m c\\x1b[2Kd')
  })

  it('can be within one another', () => {
    expect(printable(styled(styled('x', red), bold))).toBe(
      '\u001b[1m\u001b[31mx\u001b[39m\u001b[22m',
    )
  })

  it('cannot be forged, not even by who has seen one', () => {
    const [mark = ''] = /^[^[]+/.exec(styled('', red)) ?? []
    expect(printable(`${mark}[2K${mark}[8m${mark}`)).not.toMatch(/\u001b\[(2K|8m)/)
    expect(printable('\ufdd0[31m\ue000[1m')).not.toContain('\u001b')
  })
})

describe('JSON', () => {
  it('is escaped as JSON, and says the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (key, text) => {
        const document = { [`k${key}`]: text, list: [text] }
        const shown = showJson(document)
        expect(shown.replaceAll('\n', '')).not.toMatch(harmful)
        expect(JSON.parse(shown)).toEqual(document)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('nearest', () => {
  const commands = ['login', 'logout', 'list', 'refresh', 'revoke']
  it.each([
    ['lgoin', 'login'],
    ['reovke', 'revoke'],
    ['lst', 'list'],
    ['frobnicate', undefined],
    ['', undefined],
  ])('takes %j for %j', (word, expected) => {
    expect(nearest(word, commands)).toBe(expected)
  })

  it.each([
    ['mm', ['f1', 'f2'], undefined],
    ['m', ['f'], undefined],
    ['x', ['oz', 'mcs'], undefined],
    ['iot', ['vis', 'web'], undefined],
    ['work', ['web', 'home'], undefined],
    ['ab', ['cd'], undefined],
    ['foo', ['oz'], undefined],
    ['blog', ['list', 'bus'], undefined],
    ['f3', ['f1'], 'f1'],
    ['zo', ['oz'], 'oz'],
    ['OZ', ['mcs', 'oz'], 'oz'],
    ['wbe', ['web'], 'web'],
    ['tkn', ['token'], 'token'],
    ['hostrby', ['hosterby'], 'hosterby'],
    ['rigthech', ['rightech'], 'rightech'],
  ] as const)('for %j among %j suggests %j', (word, among, expected) => {
    expect(nearest(word, among)).toBe(expected)
  })
})

it('says instants in UTC, to the second', () => {
  expect(timestamp(1_771_584_811_999)).toBe('2026-02-20T10:53:31Z')
})
