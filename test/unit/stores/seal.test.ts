import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encryptText } from '../../../src/stores/file/jwe.ts'
import { seal } from '../../../src/stores/seal.ts'

const key = new Uint8Array(randomBytes(32))

describe('seal', () => {
  it('opens what it sealed', async () => {
    for (const text of ['', 'x', 'ü\n'.repeat(40_000)]) {
      expect(await seal.open(await seal.seal(text, key, 'keychain:1'), key, 'keychain:1')).toBe(
        text,
      )
    }
  })

  it('never seals twice alike', async () => {
    expect(await seal.seal('x', key, 'a')).not.toBe(await seal.seal('x', key, 'a'))
  })

  it.each([
    ['another key', { key: new Uint8Array(randomBytes(32)) }],
    ['a key of another length', { key: new Uint8Array(16) }],
    ['another label', { label: 'file:1' }],
  ])('does not open with %s', async (_name, changes) => {
    const sealed = await seal.seal('secret', key, 'keychain:1')
    const given = { key, label: 'keychain:1', ...changes }
    await expect(seal.open(sealed, given.key, given.label)).rejects.toMatchObject({ code: 'store' })
  })

  it('does not open what was sealed for another use', async () => {
    const session = encryptText('x', key, { typ: 'tokn-session+jwe', label: 'a' })
    await expect(seal.open(session, key, 'a')).rejects.toMatchObject({ code: 'store' })
  })

  it('does not open with any one character changed, missing or more', async () => {
    const sealed = await seal.seal('secret', key, 'a')
    for (let index = 0; index < sealed.length; index++) {
      const other = sealed[index] === 'A' ? 'B' : 'A'
      for (const replacement of [other, '', `${sealed[index]}A`]) {
        const bad = sealed.slice(0, index) + replacement + sealed.slice(index + 1)
        await expect(seal.open(bad, key, 'a')).rejects.toMatchObject({ code: 'store' })
      }
    }
  })
})
