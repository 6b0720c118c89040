import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SharedKind } from '../../../../src/stores/shared/open.ts'
import { lease } from '../../../../src/core/shared-time.ts'
import { openFiles } from '../../../../src/io/files/files.ts'
import { openJournal } from '../../../../src/io/files/journal.ts'
import { unreachable } from '../../../support/memory-engine.ts'
import { intent, recordText, startMachines } from './machines.ts'

const entry = 'memory:one'
let machines: ReturnType<typeof startMachines>
let folder = ''
let [a, b]: SharedKind[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-aside-'))
  machines = startMachines()
  a = machines.open('a', { aside: folder })
  b = machines.open('b')
  await a.store.write('one', 1, recordText(1))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The journal of the machine itself, and the files in it. */
function openAside() {
  const here = openJournal({ files: openFiles(), directory: folder })
  return { here, files: () => readdirSync(folder).filter((name) => !name.startsWith('.')) }
}

/** A machine begins a refresh, and gives no sign of life from then on: another has the lease. */
async function overtake() {
  await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2, { by: 'a' }))
  machines.stopped.add('a')
  await machines.pass(lease)
  await b!.lock('one', 0)
  return slot
}

it('D5: goes through its phases, and is read by every machine', async () => {
  await a!.lock('one', 0)
  expect(await b!.journal.read(entry)).toBeUndefined()
  const slot = await a!.journal.reserve(entry)
  expect(await b!.isPending('one')).toBe(false)
  await slot.intend(intent(2))
  await machines.pass(200)
  expect(await b!.isPending('one')).toBe(true)
  await slot.answer('first')
  await slot.answer('second')
  await slot.record('record')
  expect(await b!.journal.read(entry)).toEqual({
    intent: intent(2),
    answers: ['first', 'second'],
    record: 'record',
  })
  expect(await b!.journal.list('memory:')).toEqual([entry])
  await slot.remove()
  expect([await a!.journal.read(entry), await b!.journal.list()]).toEqual([undefined, []])
})

it('goes with the generation that it was to make', async () => {
  await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2))
  await slot.answer('sealed')
  await a!.store.write('one', 2, recordText(2))
  expect(await b!.journal.read(entry)).toBeUndefined()
  await slot.remove()
})

it('D11: takes no intent of who has lost the lease, or of a generation that is over', async () => {
  const slot = await overtake()
  await expect(slot.intend(intent(2))).rejects.toMatchObject({ code: 'busy' })
  const next = await b!.journal.reserve(entry)
  await next.intend(intent(2, { by: 'b' }))
  await expect(next.intend(intent(3))).rejects.toMatchObject({ code: 'busy' })
  expect(await a!.journal.read(entry)).toMatchObject({ intent: intent(2, { by: 'b' }) })
})

it('D11: takes the answer of who has lost the lease, beside the intent of who has it', async () => {
  const slot = await overtake()
  const next = await b!.journal.reserve(entry)
  await next.intend(intent(2, { by: 'b' }))
  await slot.answer('late')
  expect(await b!.journal.read(entry)).toEqual({
    intent: intent(2, { by: 'b' }),
    answers: ['late'],
    record: undefined,
  })
  await slot.remove()
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['late'] })
})

it('takes no answer once there is a later generation', async () => {
  const slot = await overtake()
  await b!.store.write('one', 2, recordText(2))
  await expect(slot.answer('late')).rejects.toMatchObject({
    code: 'store',
    details: { fault: 'superseded' },
  })
})

it('D6: keeps an answer once whose confirmation was lost', async () => {
  await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2))
  machines.server.loseAnswer('a', 'write')
  await slot.answer('sealed')
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['sealed'] })
})

it('D12: keeps an answer on this machine while the engine is not reached, and finds it again', async () => {
  const held = await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2))
  machines.server.partition('a')
  await slot.answer('sealed')
  await held.release()
  machines.server.heal()
  expect(await b!.journal.read(entry)).toMatchObject({ answers: [] })
  // Another process of the same machine.
  const later = machines.open('a', { aside: folder })
  expect(await later.journal.read(entry)).toMatchObject({ answers: ['sealed'] })
  await later.journal.remove(entry)
  expect(await later.journal.read(entry)).toBeUndefined()
})

it('D12: leaves nothing on this machine of an answer that the engine took in the end', async () => {
  await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2))
  let lost = 0
  const { files, here } = openAside()
  machines.server.carry(({ operation }, run) => {
    if (operation !== 'write' || ++lost > 2) return run()
    throw unreachable()
  })
  await slot.answer('sealed')
  expect(lost).toBeGreaterThan(2)
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['sealed'] })
  expect([await here.read(entry), files()]).toEqual([undefined, []])
})

it('D12: leaves nothing on this machine of an answer that came to its end', async () => {
  await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2))
  machines.server.partition('a')
  await slot.answer('sealed')
  const { here } = openAside()
  expect(await here.read(entry)).toMatchObject({ answers: ['sealed'] })
  machines.server.heal()
  await slot.remove()
  expect(await here.read(entry)).toBeUndefined()
})

it('D12: is tried on where this machine has no place for an answer either', async () => {
  const aside = join(folder, 'file')
  writeFileSync(aside, '')
  const c = machines.open('c', { aside })
  await c.lock('one', 0)
  const slot = await c.journal.reserve(entry)
  await slot.intend(intent(2))
  let lost = 0
  machines.server.carry(({ operation }, run) => {
    if (operation === 'write' && ++lost <= 3) throw unreachable()
    return run()
  })
  await slot.answer('sealed')
  expect(lost).toBe(4)
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['sealed'] })
})

it('D11: goes with what this process wrote, and not with what another has answered', async () => {
  const slot = await overtake()
  const next = await b!.journal.reserve(entry)
  await next.intend(intent(2, { by: 'b' }))
  await slot.answer('late')
  // It was kept from sending, and cleans up behind itself.
  await next.remove()
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['late'] })
})

it('D11: is not taken away by who has lost the lease, whatever he has read of it', async () => {
  await overtake()
  const next = await b!.journal.reserve(entry)
  await next.intend(intent(2, { by: 'b' }))
  await next.answer('sealed')
  await a!.journal.remove(entry)
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['sealed'] })
  await b!.journal.remove(entry)
  expect(await a!.journal.read(entry)).toBeUndefined()
})

it('D11: never has an intent over an answer that came after the journal was read', async () => {
  const slot = await overtake()
  const seen = await b!.journal.read(entry)
  await slot.answer('late')
  const next = await b!.journal.reserve(entry, seen)
  await expect(next.intend(intent(2, { by: 'b' }))).rejects.toMatchObject({
    code: 'busy',
    details: { fault: 'overtaken' },
  })
  const found = await a!.journal.read(entry)
  expect(found).toMatchObject({ answers: ['late'] })
  // Who knows of that answer, and can do nothing with it, begins anew.
  const again = await b!.journal.reserve(entry, await b!.journal.read(entry))
  await again.intend(intent(2, { by: 'b' }))
  expect(await a!.journal.read(entry)).toMatchObject({
    intent: intent(2, { by: 'b' }),
    answers: [],
  })
})

it('D11: never has what is learnt on the way over the answer of another', async () => {
  const slot = await overtake()
  const next = await b!.journal.reserve(entry, await b!.journal.read(entry))
  await next.intend(intent(2, { by: 'b' }))
  await slot.answer('late')
  await expect(next.intend(intent(2, { by: 'b', facts: 1 }))).rejects.toMatchObject({
    details: { fault: 'overtaken' },
  })
  expect(await a!.journal.read(entry)).toMatchObject({ answers: ['late'] })
})

it('D11: goes on with what was read alone, and not with an answer that came since', async () => {
  const slot = await overtake()
  await slot.answer('first')
  const seen = await b!.journal.read(entry)
  await slot.answer('second')
  await expect(b!.journal.resume(entry, seen)).rejects.toMatchObject({
    details: { fault: 'overtaken' },
  })
  await b!.journal.resume(entry, await b!.journal.read(entry))
})

it('D12: has an answer of this machine alone in the store before it goes on from there', async () => {
  const held = await a!.lock('one', 0)
  const slot = await a!.journal.reserve(entry)
  await slot.intend(intent(2))
  machines.server.partition('a')
  await slot.answer('sealed')
  await held.release()
  machines.server.heal()
  await machines.pass(lease)
  const later = machines.open('a', { aside: folder })
  const again = await later.lock('one', 0)
  await later.journal.resume(entry, await later.journal.read(entry))
  expect(await b!.journal.read(entry)).toMatchObject({ answers: ['sealed'] })
  expect((await again.permit!(1))()).toBe(true)
})

it('D11: has neither an answer nor tokens of the session before in one that was made anew', async () => {
  const slot = await overtake()
  await b!.store.remove('one')
  await expect(a!.store.write('one', 2, recordText(2, 'old'))).rejects.toMatchObject({
    details: { fault: 'superseded' },
  })
  await b!.store.write('one', 1, recordText(1, 'new'))
  await expect(slot.answer('late')).rejects.toMatchObject({ details: { fault: 'superseded' } })
  await expect(slot.record('late')).rejects.toMatchObject({ details: { fault: 'superseded' } })
  await expect(a!.store.write('one', 2, recordText(2, 'old'))).rejects.toMatchObject({
    details: { fault: 'superseded' },
  })
  expect(JSON.parse((await b!.store.read('one')) ?? '')).toMatchObject({ access: 'access-new' })
})

it('D11: goes on with nothing that another has ended meanwhile, nor in a session made anew', async () => {
  const slot = await overtake()
  await slot.answer('sealed')
  const seen = await b!.journal.read(entry)
  machines.stopped.add('b')
  await machines.pass(lease)
  const c = machines.open('c')
  const held = await c.lock('one', 0)
  await c.store.write('one', 2, recordText(2))
  const overtaken = { code: 'busy', details: { fault: 'overtaken' } }
  await expect(b!.journal.resume(entry, seen)).rejects.toMatchObject(overtaken)
  await c.store.remove('one')
  await expect(b!.journal.resume(entry, seen)).rejects.toMatchObject(overtaken)
  await held.release()
  await c.lock('one', 0)
  await c.store.write('one', 1, recordText(1, 'new'))
  await (await c.journal.reserve(entry)).intend(intent(2, { by: 'c' }))
  await expect(b!.journal.resume(entry, seen)).rejects.toMatchObject(overtaken)
})
