import { expect, it } from 'vitest'
import { canonical, isObject, ownString } from '../../../src/core/json.ts'
import { claimedExpiry, readClaims } from '../../../src/core/jwt.ts'

it('writes equal values as equal texts', () => {
  expect(canonical({ b: [1, { d: undefined, c: 'x' }], a: null })).toBe(
    '{"a":null,"b":[1,{"c":"x"}]}',
  )
})

it('tells objects from what only looks like one', () => {
  expect([{}, [], null, 'x', undefined].map(isObject)).toEqual([true, false, false, false, false])
  expect(ownString({}, 'toString')).toBeUndefined()
})

it('reads the claims of a JWT and nothing else', () => {
  const token = `${part({ alg: 'none' })}.${part({ exp: 1_771_584_811, sub: 'u' })}.x`
  expect(readClaims(token)).toEqual({ exp: 1_771_584_811, sub: 'u' })
  expect(claimedExpiry(token)).toEqual({ state: 'at', at: 1_771_584_811_000 })
  for (const other of [
    '',
    'a.b',
    'a.b.c',
    'a.W10.c',
    'a.bnVsbA.c',
    `a.${'A'.repeat(70_000)}.c`,
    `a.${part({ exp: 'soon' })}.c`,
  ]) {
    expect(claimedExpiry(other)).toEqual({ state: 'unknown' })
  }
})

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
