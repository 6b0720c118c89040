import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import { readValueText, requireText, textOfBytes } from '../../../src/core/value-text.ts'

const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----'

function refusal(work: () => unknown): string {
  try {
    return `no refusal: ${JSON.stringify(work())}`
  } catch (error) {
    if (isToknError(error, 'usage')) return error.message
    throw error
  }
}

describe('one value', () => {
  it.each([
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['\ufeffsecret', 'secret'],
    ['\ufeffsecret\r\n', 'secret'],
    [' blanks are its own ', ' blanks are its own '],
    ['пароль\n', 'пароль'],
    ['a\ufeffb', 'a\ufeffb'],
    [`${pem}\n`, pem],
    ['{\n "kty": "RSA"\n}\n', '{\n "kty": "RSA"\n}'],
    [pem.replaceAll('\n', '\r\n'), pem.replaceAll('\n', '\r\n')],
  ])('%j is %j', (given, value) => {
    expect(readValueText(given, 'TOKN_X')).toBe(value)
  })

  it.each([
    ['', 'TOKN_X is empty'],
    ['\n', 'TOKN_X is empty'],
    ['\ufeff\r\n', 'TOKN_X is empty'],
    ['a\n\n', 'TOKN_X has more than one line'],
    ['a\nb', 'TOKN_X has more than one line'],
    ['a\rb', 'TOKN_X has more than one line'],
    ['\na', 'TOKN_X has more than one line'],
    ['a\0b', 'TOKN_X contains a control character (U+0000)'],
    ['a\u001b[31mb', 'TOKN_X contains a control character (U+001B)'],
    ['a\tb', 'TOKN_X contains a control character (U+0009)'],
    ['a\u007f', 'TOKN_X contains a control character (U+007F)'],
    [`${pem}\0`, 'TOKN_X contains a control character (U+0000)'],
  ])('%j is refused', (given, message) => {
    expect(refusal(() => readValueText(given, 'TOKN_X'))).toBe(message)
  })

  it('has nothing in it that a line of text has not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
        try {
          expect(readValueText(given, 'it')).toMatch(/^[^\0-\x1f\x7f]+$/)
        } catch (error) {
          // A key may have lines; and a refusal never quotes what it refuses.
          if (isToknError(error)) expect(error.message).toMatch(/^it (is|has|contains) /)
          else expect(given).toMatch(/^\ufeff?\s*\{/)
        }
      }),
    )
  })
})

describe('the text of a file', () => {
  const text = '{"a": "ü"}'
  it.each([
    ['plain', Buffer.from(text)],
    ['with a mark', Buffer.from(`\ufeff${text}`)],
  ])('is read: %s', (_, bytes) => {
    expect(textOfBytes(bytes)).toEqual({ text })
  })

  it.each([
    ['UTF-16 as Windows writes it', Buffer.from(`\ufeff${text}`, 'utf16le'), 'little-endian'],
    ['UTF-16, the other way', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), 'big-endian'],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'little-endian'],
    ['UTF-16 without a mark, the other way', Buffer.from(text, 'utf16le').swap16(), 'big-endian'],
  ])('%s is called so', (_, bytes, order) => {
    expect(refusal(() => requireText(bytes, 'the file'))).toBe(
      `the file is UTF-16 (${order}), not UTF-8`,
    )
  })

  it('that is damaged is not', () => {
    for (const bytes of [
      [0xff, 0xfe],
      [0xc3, 0x28, 0x41],
      [0x80, 0x81, 0x82, 0x83],
    ]) {
      expect(refusal(() => requireText(Uint8Array.from(bytes), 'it'))).toBe('it is not UTF-8 text')
    }
  })
})
