import { describe, expect, it } from 'vitest'
import { standingInWords } from '../../../src/commands/output/standing.ts'
import { isOver } from '../../../src/session/life.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import type { Reason, SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { reasonToRenew } from '../../../src/session/refresh-request.ts'

const now = Date.UTC(2026, 0, 2)
const hour = 3_600_000
const at = (time: number) => ({ state: 'at', at: time }) as const
const dead = { state: 'dead', at: now, why: 'refused' } as const
const unrenewable = { ...dead, state: 'unrenewable' } as const

const base: SessionRecord = {
  v: 1,
  profileId: 'a',
  generation: 1,
  provider: 'oz',
  binding: { provider: 'oz' } as SessionRecord['binding'],
  origins: [],
  attach: {},
  access: new Secret('token'),
  expiry: at(now + hour),
  obtainedAt: now - hour,
  context: {},
}

describe('why a record is renewed that is not what is wanted', () => {
  it.each<readonly [string, Partial<SessionRecord>, Reason]>([
    ['has time left', {}, 'min-ttl'],
    ['ends now', { expiry: at(now) }, 'expired'],
    ['has ended', { expiry: at(now - 1) }, 'expired'],
    ['was refused', { standing: dead }, 'rejected'],
    ['was refused, and has ended', { standing: dead, expiry: at(now - 1) }, 'expired'],
    ['cannot be refreshed', { standing: unrenewable }, 'min-ttl'],
    ['never ends, and was refused', { standing: dead, expiry: { state: 'never' } }, 'rejected'],
    ['is of the future', { obtainedAt: now + hour }, 'clock'],
    ['is of the future, and was refused', { obtainedAt: now + hour, standing: dead }, 'rejected'],
    ['was pasted in, in the future', { obtainedAt: now + hour, fixed: true }, 'min-ttl'],
  ])('one that %s', (_, change, reason) => {
    expect(reasonToRenew({ ...base, ...change }, now)).toBe(reason)
  })
})

describe('a session in the list of profiles', () => {
  const past = at(now - 1)
  it.each<readonly [Partial<IndexEntry>, string]>([
    [{}, 'logged in'],
    [{ renewal: 'none' }, 'expiring'],
    [{ renewal: 'none', obtainedAt: now - hour }, 'logged in'],
    [{ renewal: 'none', obtainedAt: now - 10 * hour }, 'expiring'],
    [{ renewal: 'access', obtainedAt: now - 10 * hour }, 'expiring'],
    [{ renewal: 'refresh', obtainedAt: now - 10 * hour }, 'logged in'],
    [{ expiry: past, renewal: 'access' }, 'expired'],
    [{ expiry: past }, 'logged in'],
    [{ expiry: past, renewal: 'none' }, 'expired'],
    [{ expiry: past, renewal: 'refresh' }, 'logged in'],
    [{ expiry: past, renewal: 'refresh', refreshExpiry: at(now + hour) }, 'expiring'],
    [
      { expiry: past, obtainedAt: now - hour, renewal: 'refresh', refreshExpiry: at(now + hour) },
      'logged in',
    ],
    [{ expiry: past, renewal: 'refresh', refreshExpiry: past }, 'expired'],
    [{ expiry: past, renewal: 'credentials', refreshExpiry: past }, 'logged in'],
    [{ expiry: past, renewal: 'none', standing: dead }, 'ended'],
    [{ standing: { ...dead, state: 'doubtful' } }, 'doubtful'],
    [{ expiry: past, renewal: 'none', standing: { ...dead, state: 'doubtful' } }, 'expired'],
    [{ expiry: { state: 'never' }, renewal: 'none' }, 'logged in'],
    [{ expiry: { state: 'unknown' }, renewal: 'none' }, 'logged in'],
  ])('%j: %s', (change, words) => {
    const entry: IndexEntry = { generation: 1, obtainedAt: 0, expiry: at(now + hour), ...change }
    expect(standingInWords(entry, now)).toBe(words)
    expect(isOver(entry, now)).toBe(words === 'expired' || words === 'ended')
  })
})
