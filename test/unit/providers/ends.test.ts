import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplyPlan } from '../../../src/providers/schema/definition.ts'
import { defineProvider } from '../../../src/providers/interpreter/provider.ts'
import { shapeOf } from '../../../src/providers/replies/describe-value.ts'
import { held, json, now, record } from './reach.ts'
import { define } from './shapes.ts'

const answers = { user: 'u', password: 'p' }
const hour = 3_600_000
const reply: ReplyPlan = {
  access: 'token',
  refresh: 'refresh',
  expiry: { from: ['ends', 'expires_in'], as: 'instant' },
  refreshExpiry: { from: 'refresh_ends', as: 'instant' },
}
const request = { method: 'POST', path: '/t' } as const
const definition = define({
  login: { request, reply },
  refresh: { request, reply },
  issue: { request, reply },
})
const seconds = define({
  ...definition,
  login: { request, reply: { ...reply, expiry: { from: 'life', as: 'seconds' } } },
  refresh: { request, reply: { ...reply, expiry: { from: 'life', as: 'seconds' } } },
  issue: { request, reply: { ...reply, expiry: { from: 'life', as: 'seconds' } } },
})

async function logIn(body: Readonly<Record<string, unknown>>, by = definition) {
  const reach = record([json({ token: 'a-token', ...body })], answers)
  const { expiry } = await defineProvider(by, {}).login!(reach, {})
  const left = expiry.state === 'at' ? expiry.at - now : expiry.state
  return { left, warned: reach.warned }
}

describe('what a login says of the end of its token', () => {
  it.each([
    ['2026-01-15 13:00:00 +0000 UTC'],
    ['2026-01-15 13:00:00.000001 +0000 UTC m=+3600.1'],
    ['Thu Jan 15 13:00:00 2026'],
    ['Thu, 15 Jan 2026 16:00:00 +0300'],
    ['2026-01-15 13:00:00'],
    ['2026-01-15 13:00:00.000'],
    [`/Date(${now + hour})/`],
    [now + hour],
    [(now + hour) / 1_000],
    [(now + hour) * 1_000],
    [String((now + hour) * 1_000)],
    ['2026-01-15T16:00:00+03:00[Europe/Moscow]'],
  ])('%j is understood', async (ends) => {
    expect(await logIn({ ends })).toEqual({ left: hour, warned: [] })
  })

  it.each([
    ['soon', '"ends": "soon"'],
    ['15/01/2026 13:00', '"ends": "15/01/2026 13:00"'],
    ['15.01.2026', '"ends": "15.01.2026"'],
    ['a-token', '"ends": a text of 7 characters'],
    ['eyJhbGciOiJub25lIn0.e30.', '"ends": a text of 24 characters'],
    ['x'.repeat(5_000), '"ends": a text of 5000 characters'],
    ['4f9d2c1b-77aa-4e11-9c3d-0123456789ab', '"ends": a text of 36 characters'],
    ['\u001b[31mred', '"ends": a text of 8 characters'],
    [true, '"ends": true'],
    [{ at: 1 }, '"ends": an object'],
    [[1], '"ends": an array'],
    [1e30, '"ends": 1e+30'],
    [3_600, '"ends": 3600'],
  ])('%j is not, and that is said', async (ends, shown) => {
    const { left, warned } = await logIn({ ends })
    expect(left).toBe('unknown')
    expect(warned).toEqual([`Sample sent an expiry of the token that cannot be read (${shown})`])
  })

  it.each([[null], [''], [undefined]])('%j says nothing', async (ends) => {
    expect(await logIn({ ends })).toEqual({ left: 'unknown', warned: [] })
  })

  it('one place may be odd where another is not', async () => {
    expect(await logIn({ ends: 'soon', expires_in: now + hour })).toEqual({
      left: hour,
      warned: [],
    })
  })

  it('the refresh token has an end of its own', async () => {
    const { warned } = await logIn({ ends: now + hour, refresh: 'r', refresh_ends: 'later' })
    expect(warned).toEqual([
      'Sample sent an expiry of the refresh token that cannot be read ("refresh_ends": "later")',
    ])
  })

  it('is said by the second of two requests as well', async () => {
    const two = define({
      login: [
        { request, reply: { access: 'token' } },
        { auth: 'token', request, reply: { expiry: { from: 'ends', as: 'instant' } } },
      ],
    })
    const odd = await logIn({ ends: 'soon' }, two)
    expect(odd.warned).toHaveLength(1)
    expect((await logIn({ ends: now - 1_000 }, two)).warned).toEqual([
      `Sample sent a token that has already expired, going by its expiry ("ends": ${now - 1_000})`,
    ])
    expect(await logIn({ ends: 'Thu Jan 15 13:00:00 2026' }, two)).toEqual({
      left: hour,
      warned: [],
    })
  })
})

describe('an end that is long past', () => {
  it.each([
    ['2025-11-20T10:00:00Z'],
    ['2026-01-13T11:59:59+00:00'],
    ['Tue, 13 Jan 2026 10:00:00 GMT'],
    ['2019-05-01'],
    [1_500_000_000],
    [1_500_000_000_000],
    ['1500000000'],
    [(now - 25 * hour) / 1_000],
    ['Tue Jan 13 10:00:00 2026'],
  ])('%j is believed, and told', async (ends) => {
    const { left, warned } = await logIn({ ends })
    expect(left).toBeLessThan(0)
    const shown = JSON.stringify(ends)
    expect(warned).toEqual([
      `Sample sent a token that has already expired, going by its expiry ("ends": ${shown})`,
    ])
  })
})

describe('a length that lasts for ever', () => {
  const epoch = (now + hour) / 1_000

  it.each([[epoch], [String(epoch)], [epoch * 1_000], [epoch * 1e6], [epoch + 8.5 * 31_536_000]])(
    '%j is an instant',
    async (life) => {
      const { left, warned } = await logIn({ life }, seconds)
      expect(left).toBeLessThan(9 * 365 * 24 * hour)
      expect(warned).toEqual([
        expect.stringMatching(
          /^Sample sent an instant where the lifetime of the token belongs \("life": /,
        ),
      ])
    },
  )

  it.each([
    [2_147_483_647, '68y'],
    [3_153_600_000, '100y'],
    [631_152_000, '20y'],
  ])('%d is told', async (life, long) => {
    const { left, warned } = await logIn({ life }, seconds)
    expect(left).toBe(life * 1_000)
    expect(warned).toEqual([expect.stringContaining(`says that the token lasts ${long}`)])
  })

  it.each([[1], [3_600], [315_360_000]])('%d says no more than it does', async (life) => {
    expect(await logIn({ life }, seconds)).toEqual({ left: life * 1_000, warned: [] })
  })

  it('of the refresh token as well', async () => {
    const refreshable = { ...reply, refreshExpiry: { from: 'more', as: 'seconds' } } as const
    const by = define({ ...definition, login: { request, reply: refreshable } })
    const { warned } = await logIn({ ends: now + hour, refresh: 'r', more: epoch + 9 }, by)
    expect(warned).toEqual([
      expect.stringContaining(
        `where the lifetime of the refresh token belongs ("more": ${epoch + 9})`,
      ),
    ])
  })
})

describe('a life of no time', () => {
  const noLife = expect.stringContaining('has a lifetime of zero')
  const born = expect.stringContaining('Sample sent a token that has already expired, going by')

  it.each([[0], [-1], ['0'], [-86_400], ['-0.5']])(
    '%j is unknown where nothing can renew it',
    async (life) => {
      expect(await logIn({ life }, seconds)).toEqual({ left: 'unknown', warned: [noLife] })
    },
  )

  it.each([[0], [-1], ['0'], [-86_400]])('%j is believed of what can be renewed', async (life) => {
    expect(await logIn({ life, refresh: 'r' }, seconds)).toEqual({ left: 0, warned: [born] })
  })

  it('leaves the usual life where the definition has one', async () => {
    const usual = define({ ...seconds, lifetime: '1h' })
    expect(await logIn({ life: 0 }, usual)).toEqual({ left: hour, warned: [noLife] })
  })

  it('of a refresh: the token held renews it; of an issue: that is for another session', async () => {
    const provider = defineProvider(seconds, {})
    const run = async (operation: 'refresh' | 'issue') => {
      const reach = record([json({ token: 'next', life: 0 })], answers)
      const { expiry } = await provider[operation]!(reach, held('a', 'r'), {})
      return [expiry.state, reach.warned]
    }
    expect(await run('refresh')).toEqual(['at', [born]])
    expect(await run('issue')).toEqual(['unknown', [noLife]])
  })

  it('has nothing to do with an end that is past', async () => {
    expect(await logIn({ ends: now - 60_000 })).toEqual({ left: -60_000, warned: [born] })
  })
})

describe('what is shown of a value that was not understood', () => {
  it('is nothing that could be a secret', () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9_.~+/-]{20,200}$/)
    fc.assert(
      fc.property(secrets, (secret) => {
        const shown = shapeOf(secret)
        if (/[A-Za-z0-9]{12}/.test(secret)) expect(shown).not.toContain(secret)
      }),
    )
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(shapeOf(uuid)).toBe('a text of 36 characters')
      }),
    )
  })
})
