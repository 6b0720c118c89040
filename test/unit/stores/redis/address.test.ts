import { describe, expect, test } from 'vitest'
import { readAddress, placeOf } from '../../../../src/stores/redis/address.ts'

const read = (url: string, more = {}) =>
  readAddress({ url: new URL(url), environment: {}, ...more })

describe('the address of Redis', () => {
  const plain = { host: '127.0.0.1', port: 6379, db: 0, tls: false }

  test.each([
    ['redis://127.0.0.1', plain],
    ['redis://127.0.0.1:7000/', { ...plain, port: 7000 }],
    ['redis://127.8.9.1/12', { ...plain, host: '127.8.9.1', db: 12 }],
    ['redis://[::1]:7000/1', { ...plain, host: '::1', port: 7000, db: 1 }],
    ['redis:///3', { ...plain, db: 3 }],
    [
      'rediss://u:p%40%25@db.example/1',
      { host: 'db.example', port: 6379, db: 1, user: 'u', password: 'p@%', tls: true },
    ],
    ['redis:///run/redis/a%20b.sock', { ...plain, path: '/run/redis/a b.sock' }],
    ['redis:///run/r.sock?db=2&user=ci', { ...plain, path: '/run/r.sock', db: 2, user: 'ci' }],
  ])('%s', (url, address) => expect(read(url)).toEqual(address))

  test('has the password that is given beside it before its own, and that of redis-cli last', () => {
    const environment = { REDISCLI_AUTH: 'of redis-cli' }
    const url = 'redis://:own@127.0.0.1'
    expect(read(url, { environment, password: 'given' }).password).toBe('given')
    expect(read(url, { environment }).password).toBe('own')
    expect(read('redis://127.0.0.1', { environment }).password).toBe('of redis-cli')
  })

  test.each([
    ['redis://db.example', 'could be read on the way'],
    ['redis://localhost', 'could be read on the way'],
    ['redis://10.0.0.1', 'could be read on the way'],
    ['redis://127.0.0.1.example', 'could be read on the way'],
    ['redis://127.999.0.1', 'could be read on the way'],
    ['redis://127.0.0.01', 'could be read on the way'],
    ['redis://127.0.0.1/name', 'number of a database'],
    ['redis://127.0.0.1/-1', 'number of a database'],
    ['redis:///run/r.sock?db=x', 'number of a database'],
    ['rediss://db.example?rejectUnauthorized=false', 'that tokn does not know: rejectUnauthorized'],
    ['rediss://db.example?tls=false', 'that tokn does not know: tls'],
    ['rediss://:secret%zz@db.example', 'no two hexadecimal digits'],
  ])('is refused: %s', (url, why) => {
    expect(() => read(url)).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(() => read(url)).toThrow(why)
    expect(() => read(url)).not.toThrow('secret')
  })

  test('is shown without a password', () => {
    expect(placeOf(read('rediss://u:p@db.example/1'))).toBe('db.example:6379')
    expect(placeOf(read('redis://[::1]'))).toBe('[::1]:6379')
    expect(placeOf(read('redis:///run/r.sock'))).toBe('/run/r.sock')
  })
})
