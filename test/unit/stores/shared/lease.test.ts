import { expect, it } from 'vitest'
import type { ToknError } from '../../../../src/core/errors.ts'
import { lease, type SharedTime } from '../../../../src/core/shared-time.ts'
import { takeLease } from '../../../../src/stores/shared/lease.ts'
import { startMachines } from './machines.ts'

/** Machine `a` has the lease; `ends` gets what it is told at its end. */
async function hold(change: Partial<SharedTime> = {}) {
  const machines = startMachines()
  const ends: Array<ToknError | undefined> = []
  const options = {
    engine: machines.server.connect('a'),
    time: { ...machines.time('a'), ...change },
    name: 'refresher',
    holder: 'a',
  }
  const taken = await takeLease({ ...options, ended: (missed) => void ends.push(missed) })
  if (!('fence' in taken)) throw new Error('it is held')
  return { machines, options, taken, ends }
}

it('is told of once, when another has it', async () => {
  const { machines, options, ends, taken } = await hold()
  await machines.pass(10 * lease)
  expect(ends).toEqual([])
  expect(await takeLease(options)).toMatchObject({ heldBy: 'a' })
  await machines.server.connect('b').releaseLease('refresher', taken.fence)
  await machines.pass(10 * lease)
  expect([ends, taken.lasts(0)]).toEqual([[undefined], false])
})

it('is told of with what went wrong, when its engine was not reached for so long', async () => {
  const { machines, ends } = await hold()
  machines.server.partition('a')
  await machines.pass(lease - 1)
  expect(ends).toEqual([])
  await machines.pass(2_000)
  expect(ends).toMatchObject([{ code: 'network' }])
})

it('is over by the clock that went on, where the other one stood still while the machine slept', async () => {
  const { machines, ends, taken } = await hold({ monotonic: () => 0 })
  machines.server.partition('a')
  await machines.pass(lease + 2_000)
  expect(taken.lasts(0)).toBe(false)
  expect(ends).toHaveLength(1)
})

it('is over where one clock was set back while the other stood still, but for a moment of that', async () => {
  let now = 1_800_000_000_000
  const { taken } = await hold({ monotonic: () => 0, now: () => now })
  now -= 1_000
  expect(taken.lasts(0)).toBe(true)
  now -= 1
  expect(taken.lasts(0)).toBe(false)
})

it('is over by the clock that went on, also where that is not the one that others have', async () => {
  let monotonic = 0
  const { taken } = await hold({ monotonic: () => monotonic, now: () => 1_800_000_000_000 })
  monotonic = lease
  expect([taken.lasts(0), taken.lasts(-1)]).toEqual([false, true])
})

it('is over as soon as its engine says so, and not when its time would be', async () => {
  const { machines, ends, taken } = await hold()
  await machines.server.connect('b').releaseLease('refresher', taken.fence)
  await machines.pass(2_000)
  expect([taken.lasts(0), await taken.isHeld()]).toEqual([false, false])
  expect(ends).toEqual([undefined])
})

it('counts from when it was asked for, whenever its engine has answered', async () => {
  let now = 1_800_000_000_000
  const works: Array<() => Promise<void>> = []
  const machines = startMachines()
  machines.server.carry((_, run) => {
    const answer = run()
    now += 3_000
    return answer
  })
  const taken = await takeLease({
    engine: machines.server.connect('a'),
    time: {
      ...machines.time('a'),
      now: () => now,
      monotonic: () => now,
      repeat: (_, work) => (works.push(work), () => undefined),
    },
    name: 'refresher',
    holder: 'a',
  })
  if (!('fence' in taken)) throw new Error('it is held')
  const most = lease - 3_000
  expect([taken.lasts(most - 1), taken.lasts(most)]).toEqual([true, false])
  now += 5_000
  await works[0]?.()
  expect([taken.lasts(most - 1), taken.lasts(most)]).toEqual([true, false])
  now += 5_000
  await taken.measure()
  expect([taken.lasts(most - 1), taken.lasts(most)]).toEqual([true, false])
})

it('is told of also while its engine has not answered yet', async () => {
  const works: Array<() => Promise<void>> = []
  const { machines, ends } = await hold({
    repeat: (_, work) => (works.push(work), () => undefined),
  })
  machines.server.carry(async () => await new Promise<never>(() => undefined))
  const [renew, ...others] = works
  void renew?.()
  await machines.pass(lease)
  for (const work of others) await work()
  expect(ends).toEqual([undefined])
})

it('is not prolonged once it is given back', async () => {
  const { machines, taken, ends } = await hold()
  await taken.release()
  await machines.pass(10 * lease)
  expect(machines.server.calls.get('renewLease')).toBe(undefined)
  expect(ends).toEqual([])
})
