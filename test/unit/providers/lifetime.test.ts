import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProviderDefinition } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { json, now, record } from './reach.ts'
import { define } from './shapes.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const answers = { user: 'u', password: 'p' }

/** What is sent for a lifetime, and what is told. */
async function ask(
  written: string,
  lifetimes: ProviderDefinition['lifetimes'],
  grant: { readonly lifetime: number; readonly until?: number; readonly roundable?: boolean },
) {
  const request = { method: 'POST', path: '/t', json: { life: written } } as const
  const provider = defineProvider(
    define({ login: { request, reply: { access: 't' } }, lifetimes }),
    {},
  )
  const reach = record([json({ t: 'a-token' })], answers)
  const tokens = await provider.login!(reach, grant)
  const { life } = JSON.parse(reach.requests[0]?.body ?? '{}') as { life?: unknown }
  return { life, warned: reach.warned, tokens }
}

function lastingTo(lifetime: number) {
  return { lifetime, until: now + lifetime, roundable: true }
}

describe('a token that is to last to an instant', () => {
  it.each<[string, ProviderDefinition['lifetimes'], number, unknown, string | undefined]>([
    ['{lifetime|seconds}', {}, hour, 3_600, undefined],
    ['{lifetime|seconds}', {}, hour + 345, 3_600, undefined],
    ['{lifetime|milliseconds}', {}, hour + 345, hour + 345, undefined],
    ['{lifetime|minutes}', {}, hour + 42_345, 60, '42s less'],
    ['{lifetime|hours}', {}, 2 * hour - 1_500, 1, '59m 58s less'],
    ['{lifetime|days}', {}, 3 * day + 5 * hour, 3, '5h less'],
    ['{lifetime|days}', {}, 5 * hour, 1, '19h more'],
    ['{lifetime|seconds}s', {}, 90_700, '90s', undefined],
    [
      '{lifetime|words}',
      { least: '1 minute', step: '1 minute' },
      day - 30_000,
      '1439 minutes',
      '30s less',
    ],
    ['{lifetime|words}', { least: '1 minute', step: '1 minute' }, 20_000, '1 minute', '40s more'],
    ['{lifetime|words}', { step: '1 day' }, 90 * day + 1_000, '90 days', '1s less'],
    ['{lifetime|words}', { step: '1 minute' }, 800 * day - 60_000, '19199 hours', '59m less'],
    ['{lifetime|words}', {}, 30 * day - 1_000, '43199 minutes', '59s less'],
    ['{lifetime|seconds}', { most: '1 hour' }, day, 3_600, '23h less'],
    ['{lifetime|seconds}', { least: '1 hour' }, minute, 3_600, '59m more'],
    ['{lifetime|days}', { most: '36h' }, 9 * day, 1, '8d less'],
    ['{lifetime|days}', { least: '36h' }, hour, 2, '1d 23h more'],
    ['{lifetime|days}', { choices: ['7d', '30d', '90d'] }, 40 * day, 30, '10d less'],
    ['{lifetime|days}', { choices: ['90d', '7d', '30d'] }, 7 * day, 7, undefined],
    ['{lifetime|days}', { choices: ['7d', '30d'] }, day, 7, '6d more'],
    ['{lifetime|hours}', { step: '90m' }, 10 * hour, 9, '1h less'],
    ['{expires|epoch}', {}, hour + 345, (now + hour) / 1_000, undefined],
    ['{expires|epoch-milliseconds}', {}, hour + 345, now + hour + 345, undefined],
    ['{expires|iso}', {}, 40 * minute, '2026-01-15T12:40:00Z', undefined],
    ['{expires|iso}', { most: '30m' }, hour, '2026-01-15T12:30:00Z', '30m less'],
    ['{expires|date}', {}, 5 * day, '2026-01-20', '12h less'],
    ['{expires|date}', {}, hour, '2026-01-16', '11h more'],
    ['{expires|date}', {}, 12 * hour, '2026-01-16', undefined],
  ])('%j, of %j, for %d ms', async (written, lifetimes, lifetime, sent, told) => {
    const { life, warned, tokens } = await ask(written, lifetimes, lastingTo(lifetime))
    expect(life).toEqual(sent)
    if (told === undefined) expect(warned).toEqual([])
    else expect(warned).toEqual([expect.stringContaining(`, ${told} than requested: `)])
    expect(tokens.expiry.state).toBe('at')
  })

  it('is never shorter than there is, and longer than wanted only where nothing is shorter', async () => {
    const units = { seconds: 1_000, minutes: minute, hours: hour, days: day }
    const unit = fc.constantFrom(...(Object.keys(units) as Array<keyof typeof units>))
    const wish = fc.integer({ min: 1_000, max: 400 * day })
    const rule = fc.record(
      {
        least: fc.constantFrom('1h', '1d'),
        most: fc.constantFrom('30d', '52w'),
        step: fc.constantFrom('30m', '2h', '1d'),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(unit, rule, wish, async (name, lifetimes, wanted) => {
        const { life, tokens } = await ask(`{lifetime|${name}}`, lifetimes, lastingTo(wanted))
        const asked = Number(life) * units[name]
        const least = lifetimes.least === undefined ? 0 : lifetimes.least === '1h' ? hour : day
        const most =
          lifetimes.most === undefined ? Infinity : lifetimes.most === '30d' ? 30 * day : 364 * day
        expect(asked).toBeGreaterThan(0)
        expect(asked).toBeGreaterThanOrEqual(least)
        expect(asked).toBeLessThanOrEqual(most)
        expect(tokens.expiry).toEqual({ state: 'at', at: now + asked })
        if (asked > wanted) {
          // One step less would be none, or less than there is.
          const step = { '30m': 30 * minute, '2h': 2 * hour, '1d': day }[lifetimes.step ?? '30m']
          const grain = Math.max(units[name], lifetimes.step === undefined ? 0 : step)
          expect(asked - grain < least || asked - grain <= 0).toBe(true)
        }
      }),
    )
  })

  it('is renewed for as long, once that instant is past', async () => {
    const past = { lifetime: 3 * day + hour, until: now - hour, roundable: true }
    const renewed = await ask('{lifetime|days}', {}, past)
    expect(renewed.life).toBe(3)
    expect(renewed.warned).toEqual([
      'Sample was asked for a token for 3d, until 2026-01-18T12:00:00Z: as long as the first token of this session',
    ])
    expect((await ask('{expires|iso}', {}, past)).life).toBe('2026-01-18T13:00:00Z')
  })
})

describe('a token that is to last for a while', () => {
  it.each<[string, ProviderDefinition['lifetimes'], number, unknown, string | undefined]>([
    ['{expires|epoch}', {}, 90_000, now / 1_000 + 90, undefined],
    ['{expires|iso}', {}, hour, '2026-01-15T13:00:00Z', undefined],
    ['{expires|date}', {}, 7 * day, '2026-01-22', '12h less'],
    ['{expires|date}', {}, hour, '2026-01-16', '11h more'],
    ['{expires|date}', { step: '1d' }, day, '2026-01-16', '12h less'],
    ['{lifetime|days}', { choices: ['7d', '30d'] }, 30 * day, 30, undefined],
  ])('%j, of %j, for %d ms', async (written, lifetimes, lifetime, sent, told) => {
    const { life, warned } = await ask(written, lifetimes, { lifetime })
    expect(life).toEqual(sent)
    if (told === undefined) expect(warned).toEqual([])
    else expect(warned).toEqual([expect.stringContaining(`, ${told} than requested: `)])
  })

  it.each([
    ['{lifetime|days}', { choices: ['7d', '30d'] }, 8 * day, 'lasts 7d, or 30d'],
    ['{lifetime|days}', {}, 36 * hour, 'whole days'],
    ['{lifetime|minutes}', { step: '1m' }, 90_000, 'a multiple of 1 minute'],
  ])(
    '%j, of %j, not for %d ms: that was said exactly',
    async (written, lifetimes, lifetime, said) => {
      const asking = ask(written, lifetimes, { lifetime })
      await expect(asking).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining(said),
      })
    },
  )
})
