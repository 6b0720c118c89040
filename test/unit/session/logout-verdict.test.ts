import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { judge, type End } from '../../../src/session/revoke/logout-verdict.ts'
import { remains } from '../../../src/session/revoke/time-left.ts'
import type { Liveness, Proof } from '../../../src/session/revoke/probe.ts'

const now = 1_800_000_000_000
const hour = 3_600_000
const spares = 'Shop revoked the refresh token, but does not revoke access tokens'

/** What the provider answered. */
const answers = {
  yes: {},
  spares: { spared: spares },
  refuses: { refusal: new ToknError('provider_refused', 'Shop is tired') },
  gone: {
    refusal: new ToknError('not_found', 'Shop knows no such token', { http: { status: 404 } }),
  },
  unreached: { refusal: new ToknError('network', 'Shop does not answer', { sent: false }) },
} as const
type Answer = keyof typeof answers

interface Case {
  readonly answer: Answer
  readonly access: Liveness
  readonly used: boolean
  /** Absent: there is no refresh token. */
  readonly refresh: Liveness | undefined
  readonly expired: boolean
}

function outcome(liveness: Liveness, used: boolean): Proof {
  return liveness === 'unseen'
    ? { liveness }
    : { liveness, used, by: used ? 'userinfo' : 'introspection' }
}

function end({ answer, access, used, refresh, expired }: Case): End {
  const record: SessionRecord = {
    v: 1,
    profileId: 'p',
    generation: 1,
    provider: 'shop',
    binding: {},
    origins: [],
    attach: {},
    access: new Secret('access-1'),
    refresh: refresh && new Secret('refresh-1'),
    expiry: { state: 'at', at: expired ? now - hour : now + hour },
    refreshExpiry: refresh && { state: 'at', at: now + 9 * hour },
    obtainedAt: now - 2 * hour,
    context: {},
  }
  return judge({
    provider: { title: 'Shop' } as Provider,
    record,
    left: remains(record, now),
    refusal: undefined,
    spared: undefined,
    ...answers[answer],
    access: outcome(access, used),
    refresh: refresh && outcome(refresh, false),
  })
}

const seen: readonly Liveness[] = ['ended', 'over', 'alive', 'unseen']
const flags = [false, true]
const cases = (Object.keys(answers) as Answer[]).flatMap((answer) =>
  seen.flatMap((access) =>
    [undefined, ...seen].flatMap((refresh) =>
      flags.flatMap((used) =>
        flags.flatMap((expired) => ({ answer, access, refresh, used, expired }) satisfies Case),
      ),
    ),
  ),
)
// Of a session without a refresh token nothing could be spared.
const possible = cases.filter(({ answer, refresh }) => answer !== 'spares' || refresh !== undefined)

describe('what a logout says, held against what was seen', () => {
  it.each(possible)(
    'is of one piece: $answer, access $access (used: $used, expired: $expired), refresh $refresh',
    (one) => {
      const said = end(one)
      const { revoked, verified, unverified, failed, alive, doubtful, aliveUntil, caveat } = said
      // Revoked, or alive, or nothing to tell; each in its own words alone.
      // That there is nothing to end is no failure, and is no proof either.
      const open = one.answer === 'gone' && !failed && alive !== undefined
      if (open) expect(alive).toMatch(/^not verified: /)
      expect(failed).toBe(alive !== undefined && !open)
      expect(revoked && failed).toBe(false)
      expect(revoked && !verified).toBe(unverified !== undefined)
      if (verified) expect({ revoked, unverified }).toEqual({ revoked: true })
      if (!verified) expect(caveat).toBeUndefined()
      if (alive === undefined) expect({ doubtful, aliveUntil }).toEqual({})
      // Whatever was seen alive is told, by name and as certain.
      const lives = [one.access, one.refresh].includes('alive')
      if (lives) expect({ revoked, failed, doubtful }).toEqual({ revoked: false, failed: true })
      if (lives) expect(alive).toMatch(/ (still works|is still alive), by /)
      else if (failed) expect(doubtful).toBe(true)
      // Nothing that was not seen to end, and has not by its time, is proven to have ended.
      const parts = [one.access, one.refresh].filter((part) => part !== undefined)
      if (verified) expect(parts).toContain('ended')
      if (verified && !one.expired) expect(parts).not.toContain('unseen')
      // What the provider did not say is not put into its mouth.
      if (one.answer !== 'yes') expect(JSON.stringify(said)).not.toContain('says that it is ended')
      if (one.answer === 'spares' && alive !== undefined) expect(alive).toContain(spares)
      if (one.answer === 'spares' && one.access !== 'ended' && !one.expired) {
        expect(revoked).toBe(false)
      }
      // What is dead is not what lives on until then.
      if (one.refresh === 'ended' && aliveUntil !== undefined) expect(aliveUntil).toBe(now + hour)
      if (unverified?.includes('refresh token is dead')) expect(one.refresh).toBe('ended')
      if (unverified?.includes('access token is dead')) expect(one.access).toBe('ended')
      if (unverified === 'nothing shows whether it still works') {
        expect([one.access, one.expired]).toEqual(['unseen', false])
      }
    },
  )

  const revoked = { revoked: true, failed: false }
  const doubted = { revoked: false, failed: true, doubtful: true }
  const alive = { revoked: false, failed: true }
  const usual = { used: false, expired: false }

  it.each<readonly [Omit<Case, 'used' | 'expired'> & Partial<Case>, Partial<End>]>([
    [
      { answer: 'yes', access: 'ended', refresh: undefined },
      { ...revoked, verified: true },
    ],
    [
      { answer: 'yes', access: 'ended', refresh: 'ended' },
      { ...revoked, verified: true },
    ],
    [
      { answer: 'yes', access: 'over', refresh: undefined },
      { ...revoked, unverified: 'the token was refused before as well' },
    ],
    [
      { answer: 'yes', access: 'unseen', refresh: undefined, expired: true },
      { ...revoked, unverified: 'the token had expired' },
    ],
    [
      { answer: 'yes', access: 'ended', refresh: 'unseen' },
      {
        ...revoked,
        unverified: 'the access token is dead, the refresh token cannot be checked',
      },
    ],
    [
      { answer: 'yes', access: 'over', refresh: 'unseen' },
      {
        ...revoked,
        unverified:
          'the access token was refused before as well, the refresh token cannot be checked',
      },
    ],
    [
      { answer: 'yes', access: 'alive', refresh: 'ended', used: true },
      {
        ...alive,
        alive: 'Shop says that it is ended, but the access token still works, by userinfo',
      },
    ],
    [
      { answer: 'yes', access: 'alive', refresh: undefined },
      {
        ...alive,
        alive: 'Shop says that it is ended, but the token is still alive, by introspection',
      },
    ],
    [
      { answer: 'spares', access: 'alive', refresh: 'ended', used: true },
      { ...alive, alive: `${spares}, and the access token still works, by userinfo` },
    ],
    [
      { answer: 'spares', access: 'ended', refresh: 'alive' },
      { ...alive, alive: `${spares}, but the refresh token is still alive, by introspection` },
    ],
    [
      { answer: 'spares', access: 'over', refresh: 'unseen' },
      { ...doubted, alive: spares },
    ],
    [
      { answer: 'spares', access: 'over', refresh: 'ended' },
      { ...doubted, alive: spares },
    ],
    [
      { answer: 'spares', access: 'unseen', refresh: 'ended' },
      { ...doubted, alive: spares, aliveUntil: now + hour },
    ],
    [
      { answer: 'spares', access: 'ended', refresh: 'ended' },
      { ...revoked, verified: true },
    ],
    [
      { answer: 'spares', access: 'ended', refresh: 'unseen' },
      { ...revoked, verified: false },
    ],
    [
      { answer: 'spares', access: 'unseen', refresh: 'unseen', expired: true },
      {
        ...revoked,
        unverified: 'the access token had expired, the refresh token cannot be checked',
      },
    ],
    [
      { answer: 'refuses', access: 'alive', refresh: undefined, used: true },
      {
        ...alive,
        alive:
          'the provider did not revoke it: Shop is tired, and the token still works, by userinfo',
      },
    ],
    [
      { answer: 'unreached', access: 'unseen', refresh: 'unseen' },
      { ...doubted, aliveUntil: now + 9 * hour },
    ],
    [
      { answer: 'refuses', access: 'unseen', refresh: 'ended' },
      { ...doubted, aliveUntil: now + hour },
    ],
    [
      { answer: 'gone', access: 'unseen', refresh: undefined },
      { revoked: false, failed: false },
    ],
    [{ answer: 'gone', access: 'unseen', refresh: 'unseen', expired: true }, doubted],
  ])('%o', (one, expected) => {
    expect(end({ ...usual, ...one })).toMatchObject(expected)
  })
})
