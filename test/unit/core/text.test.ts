import { describe, expect, it } from 'vitest'
import { display, nearest, timestamp } from '../../../src/core/text.ts'

describe('display', () => {
  it.each([
    ['plain text', 'plain text'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]52;c;ZXZpbA==\u0007', '\\x1b]52;c;ZXZpbA==\\x07'],
    ['a\nb\r\u0085c', 'a\\x0ab\\x0d\\x85c'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u2028\u2029\u007f', '\\u2028\\u2029\\x7f'],
    ['Ünïcödé 名前', 'Ünïcödé 名前'],
    ['lone \ud800 half', 'lone \ufffd half'],
  ])('shows %j as %j', (text, expected) => {
    expect(display(text)).toBe(expected)
  })

  it('ends after the limit', () => {
    expect(display('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(10)}…`)
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
})

it('says instants in UTC, to the second', () => {
  expect(timestamp(1_771_584_811_999)).toBe('2026-02-20T10:53:31Z')
})
