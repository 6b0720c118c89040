import { expect, test } from 'vitest'
import { ToknError } from '../../../../src/core/errors.ts'
import { openPersistence } from '../../../../src/stores/shared/persistence.ts'

/** Time that passes where it is waited for. */
function passing() {
  let at = 0
  const wait = async (duration: number) => void (at += duration)
  return {
    now: () => at,
    monotonic: () => at,
    wait,
    random: () => 0.5,
    repeat: () => () => undefined,
  }
}

test('what cannot be had again is tried again for a while, and why is told once', async () => {
  const told: string[] = []
  const persistence = openPersistence(passing(), (text) => told.push(text))
  let tries = 0
  const full = new ToknError('network', 'the disk is full')
  const work = async () => {
    if (++tries < 5) throw full
    return 'done'
  }
  expect(await persistence.persist(work)).toBe('done')
  expect(told).toEqual([expect.stringContaining('the disk is full')])
  const never = async () => {
    throw full
  }
  await expect(persistence.persist(never)).rejects.toBe(full)
  const refused = new ToknError('store', 'no')
  await expect(persistence.persist(async () => await Promise.reject(refused))).rejects.toBe(refused)
  expect(told).toHaveLength(2)
})

test('calls have more time only as long as such work is under way', async () => {
  const { persist, extra } = openPersistence(passing())
  expect(extra()).toBe(0)
  let release: (text: string) => void = () => undefined
  const long = persist(async () => await new Promise<string>((resolve) => (release = resolve)))
  expect(await persist(async () => extra())).toBeGreaterThan(10_000)
  expect(extra()).toBeGreaterThan(10_000)
  release('done')
  await long
  expect(extra()).toBe(0)
  await expect(persist(async () => await Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(extra()).toBe(0)
})
