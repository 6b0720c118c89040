import { describe, expect, it } from 'vitest'
import {
  mayRepeatRefresh,
  pollInterval,
  retryPolicyOf,
  slowerPoll,
  type LostRefresh,
} from '../../../src/core/retry.ts'

describe('the policy of a request', () => {
  it.each([
    ['GET', undefined, undefined, 'safe', 3],
    ['DELETE', undefined, undefined, 'safe', 2],
    ['POST', undefined, undefined, 'unsent', 1],
    ['PATCH', undefined, undefined, 'unsent', 1],
    ['GET', true, undefined, 'unsent', 1],
    ['DELETE', true, undefined, 'unsent', 1],
    ['GET', true, 'safe', 'safe', 3],
    ['POST', undefined, 'safe', 'safe', 2],
    ['GET', undefined, 'never', 'never', 3],
    ['GET', undefined, 'unsent', 'unsent', 3],
  ] as const)('%s, tokens %s, named %s', (method, grants, named, kind, attempts) => {
    for (const counted of [true, false]) {
      expect(retryPolicyOf({ method, grants }, named, counted)).toEqual({ kind, attempts, counted })
    }
  })
})

describe('a refresh that went unanswered', () => {
  const lost: LostRefresh = {
    rotation: 'none',
    retry: undefined,
    lostBefore: false,
    elapsed: 0,
    timeLeft: 1,
  }

  it.each<readonly [Partial<LostRefresh>, boolean]>([
    [{}, true],
    [{ rotation: 'always' }, true],
    [{ rotation: 'always', elapsed: 20_000 }, true],
    [{ rotation: 'server-decides', elapsed: 10_000 }, true],
    [{ rotation: 'server-decides', elapsed: 10_001 }, false],
    [{ lostBefore: true }, false],
    [{ timeLeft: 0 }, false],
    [{ retry: 'unsent' }, true],
    [{ retry: 'safe' }, true],
    [{ retry: 'never' }, false],
  ])('%j', (more, allowed) => {
    expect(mayRepeatRefresh({ ...lost, ...more })).toBe(allowed)
  })
})

describe('polls of a device login', () => {
  it.each([
    [0, 1_000],
    [1_000, 1_000],
    [5_000, 5_000],
    [7_500, 7_500],
    [90_000, 60_000],
  ])('%d ms apart become %d', (wanted, interval) => {
    expect(pollInterval(wanted)).toBe(interval)
  })

  it('come slower when the server asks for that, or does not answer', () => {
    expect(slowerPoll(5_000, 'slow_down')).toBe(10_000)
    expect(slowerPoll(58_000, 'slow_down')).toBe(60_000)
    expect(slowerPoll(1_000, 'slow_down')).toBe(6_000)
    expect(slowerPoll(1_000, 'failed')).toBe(5_000)
    expect(slowerPoll(5_000, 'failed')).toBe(10_000)
    expect(slowerPoll(5_000, 'failed', 30_000)).toBe(30_000)
    expect(slowerPoll(40_000, 'failed')).toBe(60_000)
  })
})
