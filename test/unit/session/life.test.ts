import { describe, expect, it } from 'vitest'
import type { Expiry } from '../../../src/core/expiry.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import type { Standing } from '../../../src/core/record.ts'
import {
  isWorthWarning,
  sessionEnd,
  sessionState,
  type SessionState,
} from '../../../src/session/life.ts'

const now = Date.UTC(2026, 0, 15, 12)
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const at = (left: number, sliding?: true): Expiry => ({
  state: 'at',
  at: now + left,
  ...(sliding && { sliding }),
})
const ends = (left: number, since = -90 * day, credentials?: true) => ({
  at: now + left,
  since: now + since,
  asked: now,
  credentials,
})
const standing = (state: Standing['state'] | 'doubtful') =>
  ({ state, at: now, why: 'told' }) as const

const fresh: IndexEntry = {
  generation: 1,
  obtainedAt: now - 5 * minute,
  expiry: at(10 * minute),
  renewal: 'refresh',
}

type Row = readonly [SessionState, Partial<IndexEntry>]

describe('the state of a session', () => {
  it.each<Row>([
    ['alive', {}],
    // Whatever renews itself is not ending when its token is, nor over when that is.
    ['alive', { expiry: at(10_000) }],
    ['alive', { expiry: at(-hour) }],
    ['alive', { expiry: at(-hour), renewal: 'credentials' }],
    ['alive', { expiry: { state: 'unknown' } }],
    ['alive', { expiry: { state: 'never' }, renewal: 'none' }],
    ['alive', { renewal: 'none' }],
    ['expiring', { renewal: 'none', expiry: at(20_000) }],
    ['expiring', { renewal: 'access', expiry: at(20_000) }],
    ['expired', { renewal: 'access', expiry: at(0) }],
    ['expired', { renewal: 'none', expiry: at(-1) }],
    ['unknown', { renewal: 'none', expiry: { state: 'unknown' } }],
    // Use may have put it off.
    ['unknown', { renewal: 'none', expiry: at(-1, true) }],
    ['alive', { renewal: 'none', expiry: at(20_000, true) }],
    // A refresh token that ends.
    ['alive', { refreshExpiry: at(20 * day), renewalEnd: ends(20 * day) }],
    ['expiring', { refreshExpiry: at(8 * day), renewalEnd: ends(8 * day) }],
    ['expired', { expiry: at(-1), refreshExpiry: at(-1) }],
    ['alive', { expiry: { state: 'never' }, refreshExpiry: at(-1) }],
    // Where a login follows, its end is none, unless the credentials end as well.
    ['alive', { renewal: 'credentials', refreshExpiry: at(1_000) }],
    ['alive', { renewal: 'credentials', renewalEnd: ends(8 * day) }],
    ['alive', { expiry: at(-1), renewal: 'credentials', renewalEnd: ends(-1, -day) }],
    ['expiring', { renewal: 'credentials', renewalEnd: ends(8 * day, -90 * day, true) }],
    ['expired', { expiry: at(-1), renewal: 'credentials', renewalEnd: ends(-1, -day, true) }],
    ['dead', { standing: standing('dead') }],
    ['alive', { standing: standing('dead'), renewal: 'credentials' }],
    ['expiring', { standing: standing('unrenewable') }],
    ['expired', { standing: standing('unrenewable'), expiry: at(-1) }],
    ['expired', { standing: standing('unrenewable'), expiry: at(-1), renewal: undefined }],
    ['alive', { standing: standing('unrenewable'), expiry: at(-1), renewal: 'credentials' }],
    ['doubtful', { standing: standing('doubtful') }],
    ['expired', { standing: standing('doubtful'), expiry: at(-1), renewal: 'none' }],
    // An entry of a version that did not say how it is renewed.
    ['alive', { renewal: undefined }],
    ['unknown', { renewal: undefined, expiry: at(-1) }],
    // The clock was set back. The times of a pasted token are not by it.
    ['unknown', { obtainedAt: now + hour, expiry: at(2 * hour) }],
    ['alive', { obtainedAt: now + hour, expiry: at(2 * hour), fixed: true }],
  ])('%s: %j', (state, change) => {
    expect(sessionState({ ...fresh, ...change }, now)).toBe(state)
  })

  it('of none', () => {
    expect(sessionState(undefined, now)).toBe('logged_out')
  })
})

describe('a warning of the end of a session', () => {
  it.each<readonly [boolean, Partial<IndexEntry>]>([
    [false, {}],
    [true, { renewal: 'none', obtainedAt: now - 80 * day, expiry: at(8 * day) }],
    [false, { renewal: 'none', obtainedAt: now - 80 * day, expiry: at(9 * day) }],
    [true, { renewal: 'none', obtainedAt: now - 23 * hour, expiry: at(hour) }],
    // Tokens of an hour end all day.
    [false, { renewal: 'none', obtainedAt: now - 59 * minute, expiry: at(minute) }],
    [false, { renewal: 'none', obtainedAt: now - 80 * day, expiry: at(8 * day, true) }],
    [true, { renewalEnd: ends(8 * day) }],
    [false, { renewalEnd: ends(20 * day) }],
    // A refresh token of half an hour is put off by every use.
    [false, { renewalEnd: ends(minute, -29 * minute) }],
    [false, { renewal: undefined, expiry: at(-1) }],
  ])('%s: %j', (worth, change) => {
    expect(isWorthWarning(sessionEnd({ ...fresh, ...change }), now)).toBe(worth)
  })
})
