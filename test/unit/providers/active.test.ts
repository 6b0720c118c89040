import { describe, expect, test } from 'vitest'
import { readActive } from '../../../src/providers/replies/active.ts'
import type { Condition } from '../../../src/providers/schema/definition.ts'

const yes = { at: 'active', equals: true } satisfies Condition
const state = { at: 'state', equals: ['active', 'ok'] } satisfies Condition

function read(condition: Condition, body: unknown, status = 200) {
  const url = new URL('https://api.example/')
  return readActive(condition, status, { headers: [], url, body })
}

describe('whether an answer says that a token is alive', () => {
  const alive: ReadonlyArray<readonly [Condition, unknown]> = [
    [yes, { active: true }],
    [yes, { active: 'true' }],
    [state, { state: 'ok' }],
    [{ at: 'user' }, { user: 'ada' }],
    [{ at: 'revoked', not: true }, { user: 'ada' }],
    [{ at: 'ttl', least: 1 }, { ttl: 60 }],
    [{ status: 200 }, null],
  ]
  test.each(alive)('%j of %j: yes', (condition, body) => {
    expect(read(condition, body)).toBe(true)
  })

  const dead: ReadonlyArray<readonly [Condition, unknown]> = [
    [yes, { active: false }],
    [yes, { active: 'False' }],
    [{ at: 'active', equals: 1 }, { active: 0 }],
    [{ at: 'active', equals: 'yes' }, { active: 'no' }],
    [{ at: 'revoked', equals: false }, { revoked: true }],
    [{ at: 'ok', equals: true }, { ok: false }],
    [state, { state: 'Revoked' }],
    [state, { state: 'logged out' }],
    [{ at: 'user' }, { user: null }],
    [{ at: 'revokedAt', exists: false }, { revokedAt: '2026-01-01' }],
    [{ at: 'state', not: ['gone', 'blocked'] }, { state: 'blocked' }],
    [{ at: 'ttl', least: 1 }, { ttl: -2 }],
  ]
  test.each(dead)('%j of %j: no', (condition, body) => {
    expect(read(condition, body)).toBe(false)
  })

  const silent: ReadonlyArray<readonly [Condition, unknown]> = [
    [yes, { error: 'try later' }],
    [yes, { active: false, error: 'try later' }],
    [yes, null],
    [yes, []],
    [yes, {}],
    [yes, 'active'],
    [yes, undefined],
    [yes, { active: 'yes' }],
    [yes, { active: null }],
    [yes, { active: {} }],
    [yes, { active: [] }],
    [yes, { active: 2 }],
    [yes, { Active: false }],
    [state, { state: 'busy' }],
    [state, { state: 500 }],
    [state, { success: false, state: 'busy' }],
    [{ at: 'user' }, {}],
    [{ at: 'user' }, null],
    [{ at: 'revokedAt', exists: false }, null],
    [{ at: 'revokedAt', exists: false }, { error: 'try later' }],
    [{ at: 'revoked', not: true }, []],
    [{ at: 'revoked', not: true }, { errors: [{ code: 1 }] }],
    [{ at: 'ttl', least: 1 }, { ttl: 'soon' }],
    [{ status: 200 }, { error: 'try later' }],
  ]
  test.each(silent)('%j of %j: nothing', (condition, body) => {
    expect(read(condition, body)).toBeUndefined()
  })
})
