import { describe, expect, it } from 'vitest'
import { readStoreUrl } from '../../../src/core/store-url.ts'
import { kindOfUrl } from '../../../src/app/store-variables.ts'

const read = (text: string) => readStoreUrl(text, 'TOKN_STORE_URL').href

describe('the address of a store', () => {
  it('is taken with its scheme in any case, as every URL', () => {
    expect(kindOfUrl('REDISS://db.example', undefined)).toBe('redis')
    expect(read('Postgres://me@db.example/tokn')).toBe('postgres://me@db.example/tokn')
  })

  it.each([
    ['postgres://me:12#ss@db.example/tokn'],
    ['redis://127.0.0.1:6379/0#x'],
    ['etcds://a.example#b'],
  ])('is refused with what may be the end of a password: %s', (text) => {
    expect(() => read(text)).toThrow('has a # in it')
  })

  it.each([
    ['etcds://a.example:2379,b.example:2379'],
    ['postgres://me@a.example:5432,b.example:5432/tokn?target_session_attrs=read-write'],
  ])('says how several hosts are told: %s', (text) => {
    expect(() => read(text)).toThrow('several hosts with a port each')
  })
})
