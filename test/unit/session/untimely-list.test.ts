import { expect, it } from 'vitest'
import type { IndexEntry } from '../../../src/core/ports.ts'
import type { Profile } from '../../../src/core/profile.ts'
import { listLocal } from '../../../src/session/list-local.ts'
import type { Ports } from '../../../src/session/ports.ts'

const now = Date.UTC(2026, 10, 25, 10)
const [minute, hour] = [60_000, 3_600_000]

it.each([
  // How far ahead the clock was when the token came, its life, the state, whether its end is known
  [hour, 30_000, 'unknown', false],
  [2 * minute, hour, 'unknown', false],
  [400 * 24 * hour, hour, 'unknown', false],
  [24 * hour, 30 * 24 * hour, 'unknown', false],
  [30_000, hour, 'active', true],
  [0, hour, 'active', true],
  [0, minute, 'active', true],
  [-54_000, minute, 'active', true],
  [-55_000, minute, 'expiring', true],
  [-hour, 30_000, 'expired', true],
  [-hour, 2 * hour, 'active', true],
])('a token from %d ms ahead that lives for %d ms is %s', (ahead, life, state, known) => {
  const obtainedAt = now + ahead
  const entry: IndexEntry = {
    generation: 1,
    obtainedAt,
    expiry: { state: 'at', at: obtainedAt + life },
  }
  const ports = {
    index: { getAll: () => new Map([['p', entry]]) },
    clock: { now: () => now },
  } as unknown as Ports
  const [token] = listLocal(ports, [{ id: 'p', name: 'web' } as Profile]).tokens
  expect([token?.state, token?.expiry.state === 'at']).toEqual([state, known])
  expect(token?.untimely).toBe(!known)
})
