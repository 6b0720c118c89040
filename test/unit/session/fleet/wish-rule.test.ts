import { expect, test } from 'vitest'
import { readWish, writeWish } from '../../../../src/core/wish.ts'
import { answerWishes, type Wished } from '../../../../src/session/fleet/wish-rule.ts'

const minute = 60_000
const hour = 60 * minute
const now = Date.UTC(2026, 0, 15, 12)

/** A token of an hour that is so old, in milliseconds. */
function held(age: number, more: Partial<Wished> = {}): Wished {
  const obtainedAt = now - age
  const expiry = { state: 'at', at: obtainedAt + hour } as Wished['expiry']
  return { generation: 7, obtainedAt, expiry, history: [], ...more }
}

const wish = (text: string, generation = 7) => ({ id: 'a', generation, text, at: now })
const longer = wish(writeWish({ minTtl: 50 * minute }))
const rejected = wish(writeWish({ rejected: true }))
const usual = wish(writeWish({}))
const rejectedBefore = (age: number) => ({
  history: [
    ...[age + 2 * minute, age].map((since, index) => ({
      ...{ generation: 6 + index, at: now - since, reason: 'rejected' as const },
      ...{ command: 'tokn', pid: 1, parent: 'sh' },
    })),
  ],
})

test.each([
  ['nobody wishes', held(20 * minute), [], false, 'none'],
  [
    'for an earlier generation',
    held(20 * minute),
    [wish('{"v":1,"rejected":true}', 6)],
    false,
    'none',
  ],
  ['for a later one', held(20 * minute), [wish('{"v":1,"rejected":true}', 8)], false, 'none'],
  ['no wish', held(20 * minute), [wish('{}'), wish('['), wish('x'.repeat(5_000))], false, 'none'],
  ['good by the usual measure', held(20 * minute), [usual], false, 'none'],
  ['expired', held(61 * minute), [usual], false, { refresh: { reason: 'expired' } }],
  [
    'expired, and each refresh counts',
    held(61 * minute),
    [usual],
    true,
    { refresh: { reason: 'expired' } },
  ],
  ['ending', held(59.5 * minute), [usual], false, { refresh: { reason: 'min-ttl' } }],
  [
    'new, and ended',
    held(1_000, { expiry: { state: 'at', at: now - 1 } as Wished['expiry'] }),
    [usual],
    false,
    { later: 4_000 },
  ],
  [
    'new, and ended, as the clock of who stored it has it',
    held(-1_000, { expiry: { state: 'at', at: now - 1 } as Wished['expiry'] }),
    [usual],
    false,
    { refresh: { reason: 'expired' } },
  ],
  [
    'of a login, and ended',
    held(1_000, { expiry: { state: 'at', at: now - 1 } as Wished['expiry'], generation: 1 }),
    [wish(writeWish({}), 1)],
    false,
    { refresh: { reason: 'expired' } },
  ],
  [
    'as old as it has to be, and ended',
    held(5_000, { expiry: { state: 'at', at: now - 1 } as Wished['expiry'] }),
    [usual],
    false,
    { refresh: { reason: 'expired' } },
  ],
  [
    'refused once more, and too short for another',
    held(30 * minute, rejectedBefore(minute)),
    [rejected, longer],
    false,
    { refresh: { reason: 'min-ttl', minTtl: 50 * minute } },
  ],
  [
    'longer than is left',
    held(20 * minute),
    [longer],
    false,
    { refresh: { reason: 'min-ttl', minTtl: 50 * minute } },
  ],
  ['longer than is left, where each refresh counts', held(20 * minute), [longer], true, 'none'],
  [
    'longer than it ever lives',
    held(20 * minute),
    [wish(writeWish({ minTtl: 2 * hour }))],
    false,
    'none',
  ],
  [
    'longer, of a new token',
    held(20_000),
    [wish(writeWish({ minTtl: hour }))],
    false,
    { later: 40_000 },
  ],
  ['refused', held(20 * minute), [rejected], false, { refresh: { reason: 'wished', beyond: 7 } }],
  [
    'refused once more',
    held(3 * minute, rejectedBefore(minute)),
    [rejected],
    false,
    { later: minute },
  ],
  [
    'ended for good',
    held(61 * minute, { standing: { state: 'dead', at: now, why: 'x' } }),
    [usual],
    false,
    'none',
  ],
  ['pasted in', held(61 * minute, { fixed: true }), [usual], false, 'none'],
] as const)('a wish: %s', (_, wished, wishes, isCounted, answer) => {
  expect(answerWishes(wished, wishes, { now, isCounted })).toEqual(answer)
})

test('equal needs have equal texts, and nothing in them says who wishes', () => {
  expect(writeWish({ minTtl: 5, rejected: undefined })).toBe('{"v":1,"min_ttl":5}')
  expect(readWish(writeWish({ minTtl: 5, rejected: true }))).toEqual({ minTtl: 5, rejected: true })
})

test.each([
  '',
  'null',
  '[]',
  '{"v":2}',
  '{"v":1,"min_ttl":-1}',
  '{"v":1,"min_ttl":1e99}',
  '{"v":1,"min_ttl":"5"}',
  '{"v":1,"rejected":false}',
  `{"v":1,"x":"${'y'.repeat(2_000)}"}`,
])('is no wish: %s', (text) => {
  expect(readWish(text)).toBeUndefined()
})
