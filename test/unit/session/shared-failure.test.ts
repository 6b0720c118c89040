import { describe, expect, it } from 'vitest'
import { ToknError, type ErrorCode, type ErrorDetails } from '../../../src/core/errors.ts'
import { hearFailure, tellFailure } from '../../../src/session/refresh/shared-failure.ts'

const answered = { http: { status: 503 } }

/** What a process hears of the failure that another had after 100 of its 30,000 milliseconds. */
function heard(
  code: ErrorCode,
  details: ErrorDetails,
  { route = [true, true], left = 29_900, mine = 20_000 } = {},
): unknown {
  const [theirs = true, own = true] = route
  const failure = new ToknError(code, 'what went wrong', details)
  const told = tellFailure({ timeLeft: () => left, usualRoute: theirs }, failure, 30_000)
  if (told === undefined) return undefined
  try {
    return hearFailure({ timeLeft: () => mine, usualRoute: own }, told)
  } catch (error) {
    return error
  }
}

describe('a failure that others waited for', () => {
  it.each<[ErrorCode, ErrorDetails]>([
    ['network', answered],
    ['network', {}],
    ['rate_limited', { http: { status: 429 }, retryAfter: 5_000, hint: 'not before noon' }],
    ['provider_refused', { http: { status: 400 } }],
    ['provider_nonsense', answered],
  ])('is theirs as well: %s %j', (code, details) => {
    const error = heard(code, details)
    expect(error).toBeInstanceOf(ToknError)
    expect(error).toMatchObject({ code, message: 'what went wrong', details })
  })

  it.each<ErrorCode>(['usage', 'store', 'busy', 'quota', 'reauth_required', 'internal'])(
    'is not where it is about whoever asked: %s',
    (code) => expect(heard(code, answered)).toBeUndefined(),
  )

  it.each([
    [[false, true], {}, false],
    [[true, false], {}, false],
    [[false, false], answered, true],
  ])('by the routes %j: %j', (route, details, shared) => {
    expect(heard('network', details, { route }) !== undefined).toBe(shared)
  })

  it('is not where there was less time for an answer than there is', () => {
    expect(heard('network', {}, { left: 100, mine: 31_000 })).toBeUndefined()
    expect(heard('network', {}, { left: 100, mine: 29_000 })).toBeInstanceOf(ToknError)
    expect(heard('network', answered, { left: 100, mine: 31_000 })).toBeInstanceOf(ToknError)
  })

  it.each(['', 'null', '{}', '{"code":"usage","message":"x","least":0}', '{"code":"network"}'])(
    'is none where it is not one: %j',
    (told) => {
      const ports = { timeLeft: () => 1_000, usualRoute: true }
      expect(hearFailure(ports, told)).toBeUndefined()
    },
  )
})
