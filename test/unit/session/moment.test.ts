import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/core/ports.ts'
import { parseRecord, serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { systemClock } from '../../../src/io/process/clock.ts'
import { byThisClock, thisMoment } from '../../../src/session/moment.ts'
import { satisfies } from '../../../src/session/refresh-request.ts'

const minute = 60_000
const hour = 60 * minute
const start = Date.UTC(2026, 10, 25, 10)

/** A machine that started an hour before `start`, and whose clock is ahead of the true time. */
function machine(passed: number, ahead: number, id = 'a'): Clock {
  return {
    now: () => start + passed + ahead,
    wait: async () => undefined,
    boot: () => ({ id, at: start - hour + ahead }),
  }
}

function recordOf(clock: Clock, life: number, more: Partial<SessionRecord> = {}): SessionRecord {
  const record: SessionRecord = {
    v: 1,
    profileId: 'p',
    generation: 1,
    provider: 'oz',
    binding: {},
    origins: [],
    attach: {},
    access: new Secret('a'),
    expiry: { state: 'at', at: clock.now() + life },
    context: {},
    ...thisMoment(clock),
    ...more,
  }
  return parseRecord(serializeRecord(record), 'p')
}

const wanted = { reason: 'expired', minTtl: 0 } as const

/** Whether a token made while the clock was `then` ahead serves `passed` later, with it `now` ahead. */
function serves(life: number, then: number, passed: number, now: number, more = {}): boolean {
  const clock = machine(passed, now)
  const record = byThisClock(recordOf(machine(0, then), life, more), clock)
  return satisfies(record, wanted, clock.now())
}

describe('a token that was made while the clock was ahead', () => {
  it.each([
    // life, ahead then, passed, ahead now, whether it serves
    [2 * hour, hour, 61 * minute, 0, true],
    [2 * hour, hour, 119 * minute, 0, true],
    [2 * hour, hour, 121 * minute, 0, false],
    [2 * hour, hour, 179 * minute, 0, false],
    [hour, hour, 61 * minute, 0, false],
    [hour, 24 * hour, 25 * hour, 0, false],
    [30 * hour, 24 * hour, 25 * hour, 0, true],
    [30 * hour, 24 * hour, 31 * hour, 0, false],
    [2 * hour, 90_000, 2 * hour + 30_000, 0, false],
    [2 * hour, hour, 70 * minute, 30 * minute, true],
    [2 * hour, hour, 121 * minute, 30 * minute, false],
    [2 * hour, 0, 90 * minute, -hour, true],
    [2 * hour, 0, 121 * minute, -hour, false],
    // Still in the future by the clock of now: a refresh says what is so.
    [2 * hour, hour, 10 * minute, 0, false],
    // Nothing was set, or forward.
    [2 * hour, hour, 90 * minute, hour, true],
    [2 * hour, hour, 121 * minute, hour, false],
    [2 * hour, 0, 90 * minute, 10 * minute, true],
    [2 * hour, 0, 90 * minute, hour, false],
    [2 * hour, 30_000, 90 * minute, 0, true],
  ])(
    'lives %d ms, made %d ms ahead, %d ms later, %d ms ahead: %s',
    (life, then, passed, now, good) => {
      expect(serves(life, then, passed, now)).toBe(good)
    },
  )

  it('is never good for longer than it lives, but for what clocks may be apart', () => {
    const span = fc.integer({ min: 0, max: 48 * hour })
    const offset = fc.integer({ min: -48 * hour, max: 48 * hour })
    fc.assert(
      fc.property(span, offset, span, offset, (life, then, passed, now) => {
        expect(passed > life + minute && serves(life, then, passed, now)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is good as long as it lives where the clock is left alone', () => {
    const span = fc.integer({ min: 0, max: 48 * hour })
    const offset = fc.integer({ min: -48 * hour, max: 48 * hour })
    fc.assert(
      fc.property(span, offset, span, (life, ahead, passed) => {
        expect(serves(life, ahead, passed, ahead)).toBe(passed < life)
      }),
    )
  })

  it('after another start of the machine, or on another machine, is as it says', () => {
    const clock = machine(2 * hour, 0, 'b')
    const record = recordOf(machine(0, hour), 2 * hour)
    expect(byThisClock(record, clock)).toBe(record)
  })

  it.each([
    ['without a start', { boot: undefined }],
    ['that was pasted: it says itself when it ends', { fixed: true }],
    ['that never ends', { expiry: { state: 'never' } as const }],
  ])('%s is left as it is', (_, more) => {
    expect(serves(2 * hour, hour, 121 * minute, 0, more)).toBe(true)
  })

  it('is put right once, however often it is read and written', () => {
    const clock = machine(90 * minute, 0)
    const once = byThisClock(recordOf(machine(0, hour), 2 * hour), clock)
    expect(once.expiry).toEqual({ state: 'at', at: start + 2 * hour })
    expect(byThisClock(parseRecord(serializeRecord(once), 'p'), clock)).toEqual(once)
  })
})

describe('the clock of this machine', () => {
  it('knows the start of the machine, which stays where it is', () => {
    const [first, second] = [systemClock.boot!(), systemClock.boot!()]
    expect(second.id).toBe(first.id)
    expect(Math.abs(second.at - first.at)).toBeLessThan(2_000)
    expect(first.at).toBeLessThan(Date.now())
  })
})
