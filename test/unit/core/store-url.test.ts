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

  it.each([['redis://:a#b@127.0.0.1'], ['postgres://me@db.example/tokn#']])(
    'is refused with it where it is nothing else, too: %s',
    (text) => {
      expect(() => read(text)).toThrow('has a # in it')
    },
  )

  it.each([
    ['postgres://me:12/34@db.example/tokn'],
    ['postgres://me:a/b@db.example/tokn'],
    ['postgres://me:12?34@db.example/tokn'],
    ['redis://:a?b@db.example'],
    ['etcds://me/secret@db.example'],
  ])('is refused where a password seems to have ended it: %s', (text) => {
    expect(() => read(text)).toThrow('has an @ behind its host')
  })

  it.each([
    ['redis:///run/redis@main.sock?db=1'],
    ['postgres://me@db.example/a%40b'],
    ['etcds://db.example?cert=/etc/pki/me@db.pem&key=/etc/pki/me.key'],
    ['postgres://me:p%23%2F%3F%40@db.example/tokn'],
  ])('may have an @ elsewhere: %s', (text) => {
    expect(read(text)).toBe(text)
  })

  it('has nothing that ends a text', () => {
    expect(() => read('postgres://a%00b@db.example/tokn')).toThrow('has a %00 in it')
  })

  it.each([
    ['etcds://a.example:2379,b.example:2379'],
    ['postgres://me@a.example:5432,b.example:5432/tokn?target_session_attrs=read-write'],
  ])('says how several hosts are told: %s', (text) => {
    expect(() => read(text)).toThrow('several hosts with a port each')
  })
})
