import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { checkGivenToken } from '../../../src/core/token.ts'

describe('a token that was made elsewhere', () => {
  it('may have 16384 characters', () => {
    const longest = new Secret('a'.repeat(16_384))
    expect(checkGivenToken(longest)).toBe(longest)
  })

  it.each([16_385, 32_768])('is refused for its length with %d', (length) => {
    expect(() => checkGivenToken(new Secret('a'.repeat(length)))).toThrow(
      'the token given is too long: a token has at most 16384 characters',
    )
  })

  it('is refused for a line break', () => {
    expect(() => checkGivenToken(new Secret('a\nb'))).toThrow(/line breaks/)
  })
})
