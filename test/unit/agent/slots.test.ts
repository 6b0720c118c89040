import { expect, it } from 'vitest'
import { Slots, type SlotWork } from '../../../src/agent/slots.ts'

/** Work that ends when it is told to. */
function openWork(slots: Slots) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (name: string, about: SlotWork = {}) =>
    void slots.run(
      async () =>
        await new Promise<void>((resolve) => {
          begun.push(name)
          ends.set(name, resolve)
        }),
      { id: name, ...about },
    )
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begun, begin, end }
}

it('a server has no more than its part, and others go on', async () => {
  const { begun, begin, end } = openWork(new Slots(3, () => 2))
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) begin(name, { server: name[0] })
  expect(begun).toEqual(['a1', 'a2', 'b1'])
  await end('b1')
  expect(begun.slice(3)).toEqual(['b2'])
  await end('b2')
  expect(begun).toHaveLength(4)
  await end('a1')
  expect(begun.slice(4)).toEqual(['a3'])
})

it('what has to be done first comes first, and what is in a hurry before that', async () => {
  const { begun, begin, end } = openWork(new Slots(1))
  begin('first')
  const dues = { late: 30, soon: 10, middle: 20, later: 30 }
  for (const [name, due] of Object.entries(dues)) begin(name, { due })
  await end('first')
  await end('soon')
  expect(begun).toEqual(['first', 'soon', 'middle'])
})

it('hurries what waits', async () => {
  const slots = new Slots(1)
  const { begun, begin, end } = openWork(slots)
  for (const [due, name] of ['first', 'second', 'third'].entries()) begin(name, { due })
  slots.hurry('third')
  slots.hurry('first')
  await end('first')
  expect(begun).toEqual(['first', 'third'])
})

it('a server that answers again has its part again', async () => {
  let most = 1
  const { begun, begin, end } = openWork(new Slots(4, () => most))
  for (const name of ['a1', 'a2', 'a3', 'a4']) begin(name, { server: 'a' })
  expect(begun).toEqual(['a1'])
  most = 3
  await end('a1')
  expect(begun).toEqual(['a1', 'a2', 'a3', 'a4'])
})

it('gives a slot back where the work fails', async () => {
  const slots = new Slots(1, () => 1)
  const failing = slots.run(async () => await Promise.reject(new Error('no')), { server: 'a' })
  await expect(failing).rejects.toThrow('no')
  expect(await slots.run(async () => await Promise.resolve(7), { server: 'a' })).toBe(7)
})
