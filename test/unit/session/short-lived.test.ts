import { expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profile.ts'
import { shortLived } from '../../../src/session/short-lived.ts'

const profile = { id: 'p', name: 'web', provider: 'x', store: 'file', settings: {} } as Profile

it.each([
  [-86_400_000, 'had already expired when it arrived'],
  [-1, 'had already expired when it arrived'],
  [0, 'had already expired when it arrived'],
  [1, 'lived for no more than 1s'],
  [999, 'lived for no more than 1s'],
  [1_000, 'lived for no more than 1s'],
  [2_500, 'lived for no more than 3s'],
  [90_000, 'lived for no more than 1m 30s'],
])('a token with a life of %d ms %s', (life, words) => {
  const error = shortLived(profile, { obtainedAt: 5e8, expiry: { state: 'at', at: 5e8 + life } })
  expect(error).toMatchObject({ code: 'provider_nonsense' })
  expect(error.message).toContain(words)
  expect(error.details.hint?.includes('doctor')).toBe(life <= 0)
})
