import { expect, it } from 'vitest'
import { parseRecord, serializeRecord, type SessionRecord } from '../../../src/core/record.ts'
import { Secret } from '../../../src/core/secret.ts'
import { satisfies } from '../../../src/session/refresh-request.ts'

const now = 5e8
const record: SessionRecord = {
  v: 1,
  profileId: 'p',
  generation: 7,
  provider: 'oauth',
  binding: {},
  origins: ['https://sso.example.com'],
  attach: {},
  access: new Secret('access'),
  refresh: new Secret('refresh'),
  expiry: { state: 'at', at: now + 3_600_000, assumed: true },
  obtainedAt: now,
  context: {},
}

const answers = (held: SessionRecord, beyond: number) =>
  satisfies(held, { reason: 'forced', beyond }, now)

it('has another access token only since that came, whatever refresh tokens came after it', () => {
  expect(answers(record, 6)).toBe(true)
  const narrowed = { ...record, accessSince: 5 }
  expect(answers(narrowed, 4)).toBe(true)
  expect(answers(narrowed, 5)).toBe(false)
  expect(answers(narrowed, 6)).toBe(false)
})

it('is stored with that, and with an expiry that is assumed', () => {
  const read = parseRecord(serializeRecord({ ...record, accessSince: 5 }), 'p')
  expect(read).toMatchObject({ generation: 7, accessSince: 5, expiry: { assumed: true } })
  expect(parseRecord(serializeRecord(record), 'p').accessSince).toBeUndefined()
})
