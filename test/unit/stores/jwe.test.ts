import { randomBytes } from 'node:crypto'
import { compactDecrypt, CompactEncrypt, type CompactJWEHeaderParameters } from 'jose'
import { describe, expect, it } from 'vitest'
import { decryptText, encryptText, readHeader } from '../../../src/stores/file/jwe.ts'

const key = new Uint8Array(randomBytes(32))
const header = { typ: 'tokn-session+jwe', kid: 'k', id: 'a_b-1', generation: 7 }
const fixed = { alg: 'dir', enc: 'A256GCM', v: 1 } as const
const texts = ['x', '', 'ü\n\u{1f511}'.repeat(20_000), '\ufeffmarked', '{"generation":7}']

/** By a library that knows nothing of ours. */
async function sealElsewhere(
  text: string | Uint8Array,
  given: CompactJWEHeaderParameters,
  sealingKey = key,
): Promise<string> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return await new CompactEncrypt(bytes)
    .setProtectedHeader(given)
    .encrypt(sealingKey, { crit: { 'x-odd': true } })
}

describe('a JWE', () => {
  it('that is made here is read by jose', async () => {
    for (const text of texts) {
      const sealed = encryptText(text, key, header)
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key)
      expect(Buffer.from(plaintext).toString()).toBe(text)
      expect(protectedHeader).toEqual({ ...header, ...fixed })
    }
  })

  it('that jose makes is read here', async () => {
    for (const text of texts) {
      const sealed = await sealElsewhere(text, { ...header, ...fixed })
      expect(decryptText(sealed, key)).toEqual({ text, header: { ...header, ...fixed } })
      expect(readHeader(sealed)).toEqual({ ...header, ...fixed })
    }
  })

  it('has the parts that jose makes, of the same lengths and with the same header', async () => {
    const [ours, theirs] = [
      encryptText('text', key, header),
      await sealElsewhere('text', { ...header, ...fixed }),
    ].map((sealed) => sealed.split('.'))
    expect(ours?.[0]).toBe(theirs?.[0])
    expect(ours?.map((part) => part.length)).toEqual(theirs?.map((part) => part.length))
  })

  // Made with jose 6.2.17 by the first versions of this program, under 32 bytes of 5.
  it('of an earlier version is read', () => {
    const sealed =
      'eyJ0eXAiOiJ0b2tuLXNlc3Npb24randlIiwia2lkIjoiayIsImlkIjoiYSIsImdlbmVyYXRpb24iOjEsImFsZyI6ImRpciIsImVuYyI6IkEyNTZHQ00iLCJ2IjoxfQ..kP9l8q6XTJCwwSDq.JIwv3uT8ocCuF37RktABhw.VJORT3b3d-jr71WX0tdFIA'
    expect(decryptText(sealed, new Uint8Array(32).fill(5))?.text).toBe('{"generation":1}')
  })

  it.each<readonly [string, Record<string, unknown>]>([
    ['another algorithm', { alg: 'A256KW' }],
    ['another algorithm yet', { alg: 'A256GCMKW' }],
    ['another encryption', { enc: 'A256CBC-HS512' }],
    ['a shorter key', { enc: 'A128GCM' }],
    ['another version', { v: 2 }],
    ['a version that is a text', { v: '1' }],
    ['what must be understood', { crit: ['x-odd'], 'x-odd': 1 }],
  ])('with %s is refused', async (_name, changes) => {
    const given = { ...header, ...fixed, ...changes } as CompactJWEHeaderParameters
    const length = { 'A256CBC-HS512': 64, A128GCM: 16 }[given.enc as string] ?? 32
    const other = new Uint8Array(length).fill(9)
    const sealed = await sealElsewhere('x', given, other)
    // It is sound: jose reads it.
    const crit = { crit: { 'x-odd': true } }
    expect((await compactDecrypt(sealed, other, crit)).plaintext).toEqual(new Uint8Array([120]))
    expect(decryptText(sealed, other)).toBeUndefined()
  })

  it.each<readonly [string, Record<string, unknown>]>([
    ['compressed', { zip: 'DEF' }],
    ['with an empty list of what must be understood', { crit: [] }],
    ['with a list that is none', { crit: null }],
  ])('that says it is %s is refused, though its tag is right', (_name, changes) => {
    const sealed = encryptText('x', key, { ...header, ...changes })
    expect(readHeader(sealed)).toMatchObject(header)
    expect(decryptText(sealed, key)).toBeUndefined()
  })

  it('is refused with any bit of header, key, iv, ciphertext or tag changed', () => {
    const sealed = encryptText('secret', key, header)
    const parts = sealed.split('.')
    parts.forEach((part, at) => {
      const bytes = Buffer.from(part, 'base64url')
      const changed = Array.from({ length: bytes.length * 8 }, (_, bit) => {
        const other = Buffer.from(bytes)
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return other
      })
      const longer = [Buffer.concat([bytes, Buffer.of(0)]), Buffer.concat([bytes, randomBytes(4)])]
      for (const other of [...changed, bytes.subarray(0, -1), ...longer]) {
        if (other.equals(bytes)) continue
        const bad = parts.with(at, other.toString('base64url')).join('.')
        expect([bad, decryptText(bad, key)]).toEqual([bad, undefined])
      }
    })
  })

  it('is refused with a header that says the same in other letters', () => {
    const [head = '', ...others] = encryptText('secret', key, header).split('.')
    const text = Buffer.from(head, 'base64url').toString()
    const spaced = Buffer.from(text.replace(':', ': ')).toString('base64url')
    const bad = [spaced, ...others].join('.')
    expect(readHeader(bad)).toEqual(readHeader([head, ...others].join('.')))
    expect(decryptText(bad, key)).toBeUndefined()
  })

  it('is refused with a tag, or an iv, of another length that the cipher would take', () => {
    const parts = encryptText('secret', key, header).split('.')
    for (const [at, length] of [
      [4, 4],
      [4, 8],
      [4, 12],
      [2, 8],
      [2, 16],
    ] as const) {
      const bytes = Buffer.alloc(length, Buffer.from(parts[at] ?? '', 'base64url'))
      const bad = parts.with(at, bytes.toString('base64url')).join('.')
      expect(decryptText(bad, key)).toBeUndefined()
    }
  })

  it('is refused with bytes that are no text', async () => {
    const sealed = await sealElsewhere(Uint8Array.of(0xff, 0xfe), { ...header, ...fixed })
    expect(decryptText(sealed, key)).toBeUndefined()
  })

  it.each(['', '....', 'a.b.c.d.e', '.....', 'e30....', 'e30=....', 'bnVsbA....', 'W10....', ' '])(
    'is not "%s"',
    (text) => {
      expect(decryptText(text, key)).toBeUndefined()
    },
  )

  it('never has the same iv twice', () => {
    const ivs = Array.from({ length: 500 }, () => encryptText('x', key, header).split('.')[2])
    expect(new Set(ivs).size).toBe(500)
  })
})
