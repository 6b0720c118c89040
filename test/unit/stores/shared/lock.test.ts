import { beforeEach, expect, it } from 'vitest'
import { lease } from '../../../../src/core/shared-time.ts'
import { intent, recordText, startMachines } from './machines.ts'

let machines: ReturnType<typeof startMachines>

beforeEach(() => {
  machines = startMachines()
})

it('is held by one machine at a time, and passes on as soon as it is released', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  const held = await a.lock('one', 0)
  expect(await held.stillHeld()).toBe(true)
  await expect(b.lock('one', 0)).rejects.toMatchObject({
    code: 'busy',
    message: expect.stringContaining('tokn token (pid 7) on a'),
  })
  await held.release()
  const next = await b.lock('one', 0)
  expect(next.fence).toBeGreaterThan(held.fence)
  expect([await held.stillHeld(), await next.stillHeld()]).toEqual([false, true])
})

it('D2: of a machine that gives no sign of life, is had after the lease, and within 1 s of that', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  await a.lock('one', 0)
  machines.stopped.add('a')
  const began = machines.now()
  await b.lock('one', 30_000)
  expect(machines.now() - began).toBeGreaterThanOrEqual(lease)
  expect(machines.now() - began).toBeLessThanOrEqual(lease + 1_000)
})

it('is not asked for all the time where an engine says that nothing is left of it', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  await a.lock('one', 0)
  machines.stopped.add('a')
  machines.server.carry(({ operation }, run) => {
    const answer = run()
    const isHeld = operation === 'takeLease' && typeof answer === 'object' && answer !== null
    return isHeld && 'heldBy' in answer ? { ...answer, left: 0 } : answer
  })
  await b.lock('one', 30_000)
  expect(machines.server.calls.get('takeLease')).toBeLessThan(40)
})

it('is not taken by who finds done after a wait what it was wanted for', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  const held = await a.lock('one', 0)
  let looks = 0
  const found = await b.lock('one', 30_000, async () => {
    if (++looks === 3) await held.release()
    return looks === 3 ? ('done' as const) : undefined
  })
  expect(found).toBe('done')
  // Its own first, and one after each look but the last.
  expect(machines.server.calls.get('takeLease')).toBe(1 + 3)
})

it('is waited for without a connection, where that takes long', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  const held = await a.lock('one', 0)
  const rests = () => machines.server.calls.get('rest') ?? 0
  const looks: number[] = []
  await b.lock('one', 60_000, async () => {
    looks.push(rests())
    if (looks.length === 12) await held.release()
    return undefined
  })
  expect([looks[2], rests()]).toEqual([0, 12 - looks.lastIndexOf(0) - 1])
  expect(rests()).toBeGreaterThan(4)
})

it('lasts as long as its holder gives signs of life', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  const held = await a.lock('one', 0)
  await machines.pass(10 * lease)
  expect(await held.stillHeld()).toBe(true)
  await expect(b.lock('one', 0)).rejects.toMatchObject({ code: 'busy' })
})

it('is waited for no longer than there is time, and names who has it', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  await a.lock('one', 0)
  const began = machines.now()
  await expect(b.lock('one', 3_000)).rejects.toMatchObject({ code: 'busy' })
  expect(machines.now() - began).toBeGreaterThanOrEqual(3_000)
  expect(machines.now() - began).toBeLessThan(4_500)
})

it('does not end where the engine is not reached for a while, and does in the end', async () => {
  const a = machines.open('a')
  const held = await a.lock('one', 0)
  machines.server.partition('a')
  await machines.pass(lease - 2_500)
  expect(await held.stillHeld()).toBe(true)
  await machines.pass(3_000)
  expect(await held.stillHeld()).toBe(false)
  await held.release()
})

it('D3: permits to send while the lease lasts, and not to who slept', async () => {
  const a = machines.open('a')
  await a.store.write('one', 1, recordText(1))
  const held = await a.lock('one', 0)
  const mayStillSend = await held.permit!(1)
  expect(mayStillSend()).toBe(true)
  await machines.pass(5 * lease)
  expect(mayStillSend()).toBe(true)
  machines.stopped.add('a')
  await machines.pass(lease - 900)
  expect(mayStillSend()).toBe(false)
})

it('D10: permits nothing where the engine has gone back since nothing spoke against it', async () => {
  const a = machines.open('a')
  await a.store.write('one', 1, recordText(1))
  const held = await a.lock('one', 0)
  expect(await held.doubt!()).toBe(undefined)
  const slot = await a.journal.reserve('memory:one')
  await slot.intend(intent(2))
  machines.server.restore(machines.server.snapshot())
  const refused = { code: 'busy', details: { sent: false, fault: 'overtaken' } }
  await expect(held.permit!(1)).rejects.toMatchObject(refused)
  // Who goes on in spite of it spends nothing that is used up.
  expect(await held.doubt!()).toBeDefined()
  expect((await held.permit!(1))()).toBe(true)
})

it('D11: permits nothing where another has a later generation, has answered, or has the lease', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  await a.store.write('one', 1, recordText(1))
  const held = await a.lock('one', 0)
  const slot = await a.journal.reserve('memory:one')
  await slot.intend(intent(2))
  expect((await held.permit!(1))()).toBe(true)
  const refused = { code: 'busy', details: { sent: false } }
  await expect(held.permit!(2)).rejects.toMatchObject(refused)
  // One whose lease is over has got its answer after all.
  const late = await b.journal.resume('memory:one')
  await late.answer('sealed')
  await expect(held.permit!(1)).rejects.toMatchObject(refused)
  machines.stopped.add('a')
  await machines.pass(lease)
  await b.lock('one', 0)
  await expect(held.permit!(1)).rejects.toMatchObject(refused)
})

it('D11: permits nothing where there is a later generation, though nobody has written a journal', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  await a.store.write('one', 1, recordText(1))
  const held = await a.lock('one', 0)
  expect((await held.permit!(1))()).toBe(true)
  await b.store.write('one', 2, recordText(2))
  await expect(held.permit!(1)).rejects.toMatchObject({ details: { fault: 'overtaken' } })
})

it('D11: permits nothing where the engine knows nothing of the lease, whatever is left of it here', async () => {
  const a = machines.open('a')
  await a.store.write('one', 1, recordText(1))
  const held = await a.lock('one', 0)
  await machines.server.connect('b').releaseLease('session:one', held.fence)
  await expect(held.permit!(1)).rejects.toMatchObject({ details: { fault: 'overtaken' } })
})

it('D11: is still that of who took it anew, when what was lost before is given back', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  await a.store.write('one', 1, recordText(1))
  const lost = await a.lock('one', 0)
  machines.stopped.add('a')
  await machines.pass(lease)
  await a.lock('one', 0)
  await lost.release()
  await machines.pass(lease)
  await b.lock('one', 0)
  const learnt = JSON.stringify({ ...JSON.parse(recordText(1)), standing: { state: 'dead' } })
  await expect(a.store.write('one', 1, learnt)).rejects.toMatchObject({
    details: { fault: 'superseded' },
  })
})

it('D11: before a request of unknown outcome is repeated, an answer that came late is found, by both', async () => {
  const [a, b] = [machines.open('a'), machines.open('b')]
  const entry = 'memory:one'
  await a.store.write('one', 1, recordText(1))
  const first = await a.lock('one', 0)
  const slot = await a.journal.reserve(entry)
  await slot.intend(intent(2))
  expect((await first.permit!(1))()).toBe(true)
  // It has sent, and is not heard of until another has begun to send the same once more.
  machines.stopped.add('a')
  await machines.pass(lease)
  const second = await b.lock('one', 0)
  const left = await b.journal.read(entry)
  expect(left?.answers).toEqual([])
  const again = await b.journal.reserve(entry, left)
  await again.intend(intent(2, { again: true }))
  await slot.answer('late')
  await expect(second.permit!(1)).rejects.toMatchObject({
    code: 'busy',
    details: { sent: false, fault: 'overtaken' },
  })
  // From the beginning: what is there is gone on with, and nothing is sent.
  const found = await b.journal.read(entry)
  expect(found?.answers).toEqual(['late'])
  await b.journal.resume(entry, found)
  expect((await second.permit!(1))()).toBe(true)
  await b.store.write('one', 2, recordText(2))
  expect(JSON.parse((await a.store.read('one')) ?? '')).toMatchObject({ generation: 2 })
  await expect(first.permit!(1)).rejects.toMatchObject({ details: { fault: 'overtaken' } })
})
