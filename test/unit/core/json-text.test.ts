import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonError, readJsonText } from '../../../src/core/json-text.ts'

// Long numbers are read as their digits, which JSON.parse does not.
const longNumber = /[0-9]{16}/

describe('JSON', () => {
  it('is what JSON.parse reads', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.constantFrom(undefined, 1, 4),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent)
          fc.pre(!longNumber.test(text))
          expect(JSON.stringify(readJsonText(text).value)).toBe(JSON.stringify(JSON.parse(text)))
        },
      ),
    )
  })

  it('is refused wherever JSON.parse refuses', () => {
    const near = fc
      .jsonValue({ maxDepth: 3 })
      .chain((value) =>
        fc.tuple(fc.constant(JSON.stringify(value)), fc.nat(), fc.string({ maxLength: 2 })),
      )
    fc.assert(
      fc.property(near, ([text, at, put]) => {
        const cut = at % (text.length + 1)
        const broken = text.slice(0, cut) + put + text.slice(cut + 1)
        fc.pre(!longNumber.test(broken))
        expect(outcome(() => readJsonText(broken).value)).toBe(outcome(() => JSON.parse(broken)))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['{"a":}', 5, 'a value'],
    ['{"a" 1}', 5, 'a colon after the key'],
    ['{"a":1 "b":2}', 7, 'a comma or a closing brace'],
    ['[1 2]', 3, 'a comma or a closing bracket'],
    ['{a:1}', 1, 'a key in double quotes'],
    ['{"a":"x', 5, 'a text that ends with a double quote'],
    ['{} x', 3, 'nothing after the value'],
    ['', 0, 'a value'],
    ['SECRETTOKEN', 0, 'a value'],
    ['"a\nb"', 0, 'a text that ends with a double quote'],
    ['NaN', 0, 'a value'],
    ['\ufeff{}', 0, 'a value'],
  ])('%j: at %d expected %s', (text, offset, expected) => {
    expect(() => readJsonText(text)).toThrow(expect.objectContaining({ offset, message: expected }))
  })

  it('refuses 33 levels and takes 32', () => {
    expect(readJsonText(nested(32)).value).toBeDefined()
    expect(() => readJsonText(nested(33))).toThrow(JsonError)
    expect(() => readJsonText(nested(100_000))).toThrow(JsonError)
  })

  it('gives objects without a prototype', () => {
    const { value } = readJsonText('{"__proto__":{"polluted":1},"constructor":2}')
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('tells keys given twice, and where everything stands', () => {
    const text = '// a comment\n{"a":1,"b":{"a":1,"a":2},/* x */"a":3}'
    const { duplicates, offsets } = readJsonText(text, { written: true })
    expect([...duplicates].sort()).toEqual(['/a', '/b/a'])
    expect(text.slice(offsets.get('/b'))).toMatch(/^\{"a":1,"a":2\}/)
    expect(() => readJsonText('// x\n{}')).toThrow(JsonError)
  })

  it('keeps the digits of long numbers', () => {
    expect(readJsonText('[9007199254740993,-12345678901234567890,1.5,1e999]').value).toEqual([
      '9007199254740993',
      '-12345678901234567890',
      1.5,
      Number.POSITIVE_INFINITY,
    ])
  })
})

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read())
  } catch {
    return 'refused'
  }
}

describe('what is made by hand', () => {
  const lenient = (text: string) => readJsonText(text, { lenient: true }).value

  it.each([
    ['{"a":NaN}', { a: null }],
    ['{"a":-Infinity,"b":1}', { a: null, b: 1 }],
    ['{"a":undefined,"b":None}', { a: null, b: null }],
    ['{"a":007,"b":+1,"c":.5,"d":1.}', { a: null, b: null, c: null, d: null }],
    ['{"a":True,"b":true,"c":null}', { a: null, b: true, c: null }],
    ['{"a":1,}', { a: 1 }],
    ['[1,2,]', [1, 2]],
    ['{"a":"b\nc\td"}', { a: 'b\nc\td' }],
    ['{"a":"it\\\'s \\x and \\u00e4 \\\\ \\""}', { a: 'it\'s x and ä \\ "' }],
    ['{"a":9007199254740993}', { a: '9007199254740993' }],
    ['{ }', {}],
  ])('%j is read where that is wanted', (text, value) => {
    expect(JSON.parse(JSON.stringify(lenient(text)))).toEqual(value)
  })

  it.each(['{"a":"b', '{a:1}', "{'a':1}", '{"a" 1}', '{"a":}', '[1 2]', '{,}x', '{"a":1}}', ''])(
    '%j is not',
    (text) => {
      expect(() => lenient(text)).toThrow(JsonError)
    },
  )

  it('is nothing else', () => {
    for (const text of ['{"a":NaN}', '{"a":1,}', '{"a":"b\nc"}']) {
      expect(() => readJsonText(text)).toThrow(JsonError)
    }
  })
})
