import { describe, expect, test } from 'vitest'
import { parseRecord } from '../../../../src/core/record.ts'
import { Secret } from '../../../../src/core/secret.ts'
import {
  firstKeys,
  openJournal,
  openRecord,
  sealingKey,
  sealJournal,
  verifyPart,
} from '../../../../src/stores/shared/codec.ts'
import { openKeys } from '../../../../src/stores/shared/store-keys.ts'
import { fullRow, newStoreKey, recordText, writeRow } from '../../../support/sealed-row.ts'

const key = newStoreKey()
const keys = openKeys(key, undefined)
const readerKey = keys.refresher?.readerKey() ?? new Secret('')
const reader = openKeys(readerKey, firstKeys(keys))

describe('what refreshers write', () => {
  test('is opened by them as it was', () => {
    const row = fullRow(keys, 'a')
    const opened = openRecord(keys, row)
    expect(JSON.parse(opened?.text ?? '')).toEqual(JSON.parse(recordText('a', 1)))
    expect(opened).toMatchObject({ generation: 1, incarnation: 'one', complete: true })
    expect(verifyPart(keys, 'profile', row)).toBe('profile a')
    expect(verifyPart(keys, 'index', row)).toBe('index a')
  })

  test('is opened by readers without anything that makes further tokens', () => {
    const opened = openRecord(reader, fullRow(keys, 'a'))
    expect(opened).toMatchObject({ generation: 1, complete: false })
    const record = parseRecord(opened?.text ?? '', 'a')
    expect(record.access.reveal()).toBe('access-a-1')
    expect(record).toMatchObject({
      refresh: undefined,
      credentials: undefined,
      context: { id_token: 'who' },
    })
    expect(opened?.text).not.toMatch(/refresh-|password|signing-|dpop/)
    expect(verifyPart(reader, 'profile', fullRow(keys, 'a'))).toBe('profile a')
  })

  test('shows nothing to who has no key, but id, name, generation and ages', () => {
    const { parts } = fullRow(keys, 'a')
    // Whatever is base64url within it, and within that.
    const seen = (text: string): string =>
      `${text} ${(text.match(/[\w-]{16,}/g) ?? []).map((one) => seen(Buffer.from(one, 'base64url').toString('latin1'))).join(' ')}`
    for (const text of Object.values(parts)) {
      expect(seen(text ?? '')).toContain('name of a')
      expect(seen(text ?? '')).not.toMatch(
        /(access|refresh|password|signing)-|api\.example|index a|profile a/,
      )
    }
  })

  test('a journal is opened by refreshers alone', () => {
    const journal = sealJournal(
      keys,
      { id: 'a', name: 'name of a', generation: 3 },
      'what is under way',
    )
    const row = { ...fullRow(keys, 'a'), parts: { journal } }
    expect(openJournal(keys, row)).toEqual({ text: 'what is under way', generation: 3 })
    expect(() => openJournal(reader, row)).toThrow('cannot')
    expect(() => sealingKey(reader)).toThrow('cannot')
    expect(sealingKey(openKeys(key, firstKeys(keys)))).toEqual(sealingKey(keys))
  })

  test('readers can write nothing', () => {
    const row = fullRow(keys, 'a')
    expect(() => writeRow(reader, row, { index: 'x' })).toThrow('cannot')
    expect(() => firstKeys(reader)).toThrow('cannot')
  })
})
