import { describe, expect, it } from 'vitest'
import { inWords, parseDuration, readDuration } from '../../../src/core/duration.ts'

describe('readDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['8d', 691_200_000],
    ['2w', 1_209_600_000],
    ['30 minutes', 1_800_000],
    ['1 minute', 60_000],
    ['90 days', 7_776_000_000],
    ['5 years', 157_680_000_000],
    [' 12 hours ', 43_200_000],
  ])('reads %j', (text, expected) => {
    expect(readDuration(text)).toBe(expected)
  })

  it.each([
    '',
    '90',
    '0 days',
    '-1 days',
    '1e9 years',
    '1000000000 s',
    '90 днів',
    '30 minutes; rm',
    '1.5h',
    '1 fortnight',
    '101 years',
    'days',
    '30 ms',
    '1s s',
    '１０ days',
    '5 Years',
  ])('refuses %j', (text) => {
    expect(readDuration(text)).toBeUndefined()
    expect(() => parseDuration(text, '--expires-in')).toThrow(
      `--expires-in "${text}" is not a valid duration`,
    )
  })

  it('does not show what a variable says, which may be the content of a file', () => {
    expect(() => parseDuration('hunter2', 'TOKN_TIMEOUT')).toThrow(
      /^TOKN_TIMEOUT is not a valid duration$/,
    )
  })

  it('takes zero only where it means something', () => {
    expect(parseDuration('0s', '--min-ttl', true)).toBe(0)
    expect(() => parseDuration('0s', '--expires-in')).toThrow(
      '--expires-in "0s" is not a valid duration',
    )
  })
})

describe('inWords', () => {
  it.each([
    [1_800_000, '30 minutes'],
    [604_800_000, '7 days'],
    [7_776_000_000, '90 days'],
    [31_536_000_000, '1 year'],
    [86_400_000, '1 day'],
    [90_000, '90 seconds'],
    [5_400_000, '90 minutes'],
    [1, '1 seconds'],
  ])('says %d as %j', (duration, expected) => {
    expect(inWords(duration)).toBe(expected)
  })

  it('is undone by readDuration', () => {
    for (const text of ['30 minutes', '12 hours', '8 days', '5 years', '90 days']) {
      expect(inWords(readDuration(text) ?? 0)).toBe(text)
    }
  })
})
