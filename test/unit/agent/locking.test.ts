import { describe, expect, test } from 'vitest'
import { createLocking } from '../../../src/agent/locking.ts'
import { createPassphraseLock } from '../../../src/agent/passphrase-lock.ts'
import { Secret } from '../../../src/core/secret.ts'

const right = new Secret('correct horse')
const wrong = new Secret('wrong horse')

function open() {
  let at = 0
  let dropped = 0
  const seen: boolean[] = []
  const locking = createLocking({
    passphrase: createPassphraseLock({ elapsed: () => at, cost: 1_024 }),
    drop: () => void dropped++,
    changed: (locked) => void seen.push(locked),
  })
  return { locking, seen, dropped: () => dropped, pass: (time: number) => (at += time) }
}

describe('a lock without a passphrase', () => {
  test('drops what is secret, and opens by itself', async () => {
    const { locking, dropped, seen } = open()
    expect(await locking.lock()).toBe(true)
    expect([locking.locked, locking.guarded, dropped()]).toEqual([true, false, 1])
    expect(await locking.unlock()).toEqual({ opened: true })
    expect([locking.locked, ...seen]).toEqual([false, true, false])
  })

  test('is opened by whatever passphrase: it has none to be wrong', async () => {
    const { locking } = open()
    await locking.lock()
    expect(await locking.unlock(wrong)).toEqual({ opened: true })
  })
})

describe('a lock with a passphrase', () => {
  test('is closed, and what is secret dropped, before the passphrase is worked on', async () => {
    const { locking, dropped } = open()
    const done = locking.lock(right)
    expect([locking.locked, locking.guarded, dropped()]).toEqual([true, true, 1])
    expect(await locking.unlock()).toMatchObject({ opened: false, why: 'missing' })
    await done
    expect(await locking.unlock(right)).toEqual({ opened: true })
    expect([locking.locked, locking.guarded]).toEqual([false, false])
  })

  test('stays what it is when it is locked again, whatever passphrase that names', async () => {
    const { locking } = open()
    await locking.lock(right)
    expect(await locking.lock(wrong)).toBe(false)
    expect(await locking.lock()).toBe(true)
    expect(await locking.unlock(wrong)).toMatchObject({ why: 'wrong' })
    expect(locking.locked).toBe(true)
  })

  test('looks at the next one later with each wrong one, after 10 s at most', async () => {
    const { locking, pass } = open()
    await locking.lock(right)
    const waits: number[] = []
    for (let tries = 0; tries < 9; tries++) {
      const attempt = await locking.unlock(wrong)
      if (!attempt.opened) waits.push(attempt.wait)
      pass(attempt.opened ? 0 : attempt.wait)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000])
    expect(await locking.unlock(right)).toEqual({ opened: true })
  })

  test('does not even look at the right one too early', async () => {
    const { locking, pass } = open()
    await locking.lock(right)
    await locking.unlock(wrong)
    pass(249)
    expect(await locking.unlock(right)).toEqual({ opened: false, why: 'early', wait: 1 })
    pass(1)
    expect(await locking.unlock(right)).toEqual({ opened: true })
  })

  test('looks at one at a time: many at once are one try', async () => {
    const { locking } = open()
    await locking.lock(right)
    const attempts = await Promise.all([wrong, wrong, right].map((one) => locking.unlock(one)))
    expect(attempts.map((one) => (one.opened ? 'opened' : one.why))).toEqual([
      'wrong',
      'early',
      'early',
    ])
  })

  test('takes the same characters, however they were composed', async () => {
    const { locking } = open()
    await locking.lock(new Secret('caf\u00e9'))
    expect(await locking.unlock(new Secret('cafe\u0301'))).toEqual({ opened: true })
  })
})
