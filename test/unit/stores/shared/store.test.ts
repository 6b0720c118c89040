import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lease } from '../../../../src/core/shared-time.ts'
import type { SharedKind } from '../../../../src/stores/shared/open.ts'
import { intent, recordText, startMachines } from './machines.ts'

let machines: ReturnType<typeof startMachines>
let folder = ''
let [a, b]: SharedKind[] = []
const superseded = { code: 'store', details: { fault: 'superseded' } }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-seen-'))
  machines = startMachines()
  a = machines.open('a', { memory: folder })
  b = machines.open('b')
  await a.store.write('one', 1, recordText(1))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What it says of the session, in whatever order. */
async function readBy({ store }: SharedKind): Promise<object | undefined> {
  const text = await store.read('one')
  return text === undefined ? undefined : (JSON.parse(text) as object)
}

/** As a refresh stores what it got. */
async function refresh(kind: SharedKind, generation: number, tokens?: string) {
  const held = await kind.lock('one', 0)
  const slot = await kind.journal.reserve('memory:one', await kind.journal.read('memory:one'))
  await slot.intend(intent(generation))
  await slot.answer('sealed')
  await kind.store.write('one', generation, recordText(generation, tokens))
  await held.release()
}

describe('a store for many machines', () => {
  it('gives every machine what one has stored, and nothing that it has not', async () => {
    expect(await readBy(b!)).toEqual(JSON.parse(recordText(1)))
    expect(await b!.store.read('two')).toBeUndefined()
    expect(await readBy(a!)).toEqual(JSON.parse(recordText(1)))
  })

  it('D11: never has an old generation over a new one, whoever has the lease', async () => {
    await b!.lock('one', 0)
    await b!.store.write('one', 2, recordText(2))
    await expect(a!.store.write('one', 1, recordText(1))).rejects.toMatchObject(superseded)
    await a!.store.write('one', 3, recordText(3))
    await expect(b!.store.write('one', 2, recordText(2))).rejects.toMatchObject(superseded)
    expect(await readBy(a!)).toEqual(JSON.parse(recordText(3)))
  })

  it('D11: has the tokens of who was first, where two have made the same generation', async () => {
    await a!.store.write('one', 2, recordText(2))
    await expect(b!.store.write('one', 2, recordText(2, 'others'))).rejects.toMatchObject(
      superseded,
    )
    // The same tokens with something learnt of them are no others.
    const more = JSON.stringify({ ...JSON.parse(recordText(2)), standing: { state: 'dead' } })
    await b!.store.write('one', 2, more)
    expect(await readBy(a!)).toEqual(JSON.parse(more))
  })

  it('D11: never has what was learnt of a session in the place of one that was ended, or made anew', async () => {
    await refresh(b!, 2)
    const held = await a!.lock('one', 0)
    const read = await readBy(a!)
    const learnt = JSON.stringify({ ...read, standing: { state: 'dead' } })
    await held.release()
    await b!.store.remove('one')
    await expect(a!.store.write('one', 2, learnt)).rejects.toMatchObject(superseded)
    await b!.store.write('one', 1, recordText(1, 'new'))
    await expect(a!.store.write('one', 2, learnt)).rejects.toMatchObject(superseded)
    // A login is another session, whatever was there before.
    await a!.store.write('one', 3, recordText(3, 'of a login'))
    expect(await readBy(b!)).toMatchObject({ generation: 3 })
  })

  it('D11: never stores what waited in the journal of a session that was ended since', async () => {
    const held = await b!.lock('one', 0)
    const slot = await b!.journal.reserve('memory:one')
    await slot.intend(intent(2))
    await slot.record('sealed')
    await held.release()
    await a!.lock('one', 0)
    expect(await a!.journal.read('memory:one')).toMatchObject({ record: 'sealed' })
    await b!.store.remove('one')
    await expect(a!.store.write('one', 2, recordText(2))).rejects.toMatchObject(superseded)
    await b!.store.write('one', 1, recordText(1, 'new'))
    await expect(a!.store.write('one', 2, recordText(2))).rejects.toMatchObject(superseded)
  })

  it('gives what is there now to who holds the lock, whatever was read before', async () => {
    const found = await b!.engine.read('one')
    if (found === undefined) throw new Error('there is no row')
    b!.rows.offer(found)
    await a!.store.write('one', 2, recordText(2))
    const held = await b!.lock('one', 0)
    expect(await readBy(b!)).toMatchObject({ generation: 2 })
    const slot = await a!.journal.reserve('memory:one')
    await slot.intend(intent(3))
    expect(await b!.isPending('one')).toBe(true)
    await held.release()
  })

  it('D11: takes nothing that was learnt, and no removal, of who has lost the lease', async () => {
    const learnt = JSON.stringify({ ...JSON.parse(recordText(1)), standing: { state: 'dead' } })
    await a!.lock('one', 0)
    machines.stopped.add('a')
    await machines.pass(lease)
    const held = await b!.lock('one', 0)
    await expect(a!.store.write('one', 1, learnt)).rejects.toMatchObject(superseded)
    expect(await a!.store.remove('one')).toBe(false)
    expect(await readBy(b!)).toEqual(JSON.parse(recordText(1)))
    await b!.store.write('one', 1, learnt)
    expect(await readBy(b!)).toEqual(JSON.parse(learnt))
    expect(await b!.store.remove('one')).toBe(true)
    await held.release()
  })

  it('leaves the answer that waits where something is learnt of the tokens before it', async () => {
    const held = await a!.lock('one', 0)
    const slot = await a!.journal.reserve('memory:one')
    await slot.intend(intent(2))
    await slot.answer('sealed')
    const learnt = { ...JSON.parse(recordText(1)), standing: { state: 'unrenewable' } }
    await a!.store.write('one', 1, JSON.stringify(learnt))
    expect(await b!.journal.read('memory:one')).toMatchObject({ answers: ['sealed'] })
    await held.release()
  })

  it('writes what is noted of a session, though the session is as it was', async () => {
    const before = await a!.engine.read('one')
    await a!.store.write('one', 1, recordText(1), JSON.stringify({ generation: 1 }))
    const after = await a!.engine.read('one')
    expect([before?.parts.index, after?.version === before?.version]).toEqual([undefined, false])
    expect(after?.parts.index).toEqual(expect.any(String))
  })

  it('lets a session move once: of two moves of one generation the second does not count', async () => {
    const moved = (move: string) =>
      JSON.stringify({
        ...JSON.parse(recordText(2)),
        refresh: undefined,
        context: { tokn_moved_to: 'host', tokn_move: move },
      })
    await a!.store.write('one', 2, moved('first'))
    await expect(b!.store.write('one', 2, moved('second'))).rejects.toMatchObject(superseded)
    await b!.store.write('one', 2, moved('first'))
  })

  it('takes what was stored though nobody heard so for stored', async () => {
    machines.server.loseAnswer('a', 'write')
    await a!.store.write('one', 2, recordText(2))
    expect(await readBy(a!)).toEqual(JSON.parse(recordText(2)))
  })

  it('stores what cannot be had again as soon as the engine is reached', async () => {
    machines.server.partition('a')
    const written = a!.store.write('one', 2, recordText(2))
    machines.server.heal()
    await written
    machines.server.partition('a')
    await expect(a!.store.write('one', 3, recordText(3))).rejects.toMatchObject({ code: 'network' })
  })

  it('asks once for a session that is good: row, and whether a refresh is under way', async () => {
    await machines.pass(1_000)
    const before = machines.server.calls.get('read') ?? 0
    const fresh = machines.open('c')
    expect(await fresh.isPending('one')).toBe(false)
    await fresh.store.read('one')
    expect(await fresh.isPending('one')).toBe(false)
    expect((machines.server.calls.get('read') ?? 0) - before).toBe(1)
    expect(machines.server.calls.get('readDocument') ?? 0).toBeLessThanOrEqual(4)
  })

  it('says of a record that does not open which generation has to be replaced', async () => {
    await refresh(a!, 2)
    const row = machines.server.snapshot().rows.get('one')!
    const [header = '', payload = ''] = (row.parts.record ?? '').split('.')
    const when = { version: row.version }
    const record = `${header}.${payload}.AAAA`
    await machines.server.connect().write('one', { parts: { record }, when })
    const fresh = machines.open('c')
    const damaged = { code: 'store', details: { fault: 'damaged', generation: 2 } }
    await expect(fresh.store.read('one')).rejects.toMatchObject(damaged)
    await fresh.store.write('one', 3, recordText(1, 'of a login'))
  })

  it('asks for the keys in use once, of many records that do not open', async () => {
    const fresh = machines.open('c', { key: Buffer.alloc(32, 8).toString('base64url') })
    const before = machines.server.calls.get('readDocument') ?? 0
    const reads = Array.from({ length: 20 }, async () => await fresh.store.read('one'))
    const ended = await Promise.allSettled(reads)
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
    expect((machines.server.calls.get('readDocument') ?? 0) - before).toBeLessThanOrEqual(1)
  })

  it('does not open with another key', async () => {
    const other = machines.open('c', { key: Buffer.alloc(32, 8).toString('base64url') })
    await expect(other.store.read('one')).rejects.toMatchObject({ code: 'store' })
    await expect(other.store.sealingKey()).rejects.toMatchObject({ code: 'store' })
  })

  it('D21: counts for all machines, and never lets two have the last one', async () => {
    const limit = { below: 3, since: 0 }
    const all = [a!, b!, a!, b!, a!, b!]
    const added = await Promise.all(
      all.map(({ ledger }, index) => ledger.add('account', 'logins', index + 1, limit)),
    )
    expect(added.filter(Boolean)).toHaveLength(3)
    expect((await b!.ledger.read('account')).logins).toHaveLength(3)
    await a!.ledger.reset('account', 'logins')
    expect((await b!.ledger.read('account')).logins).toEqual([])
  })
})

describe('doubts', () => {
  const doubt = async (kind: SharedKind) => {
    const held = await kind.lock('one', 0)
    const why = await held.doubt!()
    await held.release()
    return why?.message
  }

  it('are none where all is as it was left, however often it is refreshed, by whomever', async () => {
    await refresh(a!, 2)
    await refresh(b!, 3)
    expect([await doubt(a!), await doubt(b!)]).toEqual([undefined, undefined])
    await a!.store.read('one')
    expect(await doubt(a!)).toBeUndefined()
  })

  it('are there where the engine has another life', async () => {
    await refresh(a!, 2)
    // What was stored, and that the lease was released.
    machines.server.restart({ lost: 2 })
    await machines.pass(10_000)
    expect(await doubt(b!)).toContain('may have lost its last writes')
    await refresh(b!, 2)
    expect(await doubt(b!)).toBeUndefined()
  })

  it('are still there where something was learnt of the tokens in another life', async () => {
    machines.server.restart({ lost: 0, shows: true })
    machines.server.restore(machines.server.snapshot(), true)
    const learnt = { ...JSON.parse(recordText(1)), standing: { state: 'doubtful' } }
    await b!.store.write('one', 1, JSON.stringify(learnt))
    expect([await doubt(a!), await doubt(b!)]).toEqual([expect.any(String), expect.any(String)])
  })

  it('D10: are there where a machine has seen a later generation than a restored backup has', async () => {
    const backup = machines.server.snapshot()
    await refresh(a!, 2)
    await refresh(b!, 3)
    await a!.store.read('one')
    machines.server.restore(backup, false)
    expect(await doubt(a!)).toContain('this machine has seen 3')
    // A login is another session, and one that is accepted is this one.
    await b!.store.write('one', 2, recordText(2, 'of a login'))
    expect(await doubt(a!)).toBeUndefined()
  })

  it('are there where a machine has seen a later login than a restored backup has', async () => {
    const backup = machines.server.snapshot()
    await machines.pass(1_000)
    await a!.store.write('one', 2, recordText(2, 'of a login'))
    machines.server.restore(backup, false)
    // What is read of the one before is not what it remembers from then on.
    await a!.store.read('one')
    expect(await doubt(a!)).toContain('as it was before its last login')
    expect(await doubt(a!)).toBeDefined()
  })

  it('end with a login, whatever the clock of the engine says', async () => {
    const backup = machines.server.snapshot()
    await machines.pass(60_000)
    await a!.store.write('one', 2, recordText(2, 'of a login'))
    machines.server.restore(backup, false)
    await a!.store.write('one', 2, recordText(2, 'of another login'))
    expect(await doubt(a!)).toBeUndefined()
  })

  it('end with a login where the clock of the engine has gone back, for all who saw what was before', async () => {
    const c = machines.open('c')
    await c.store.read('one')
    machines.server.carry(({ operation }, run) => {
      const answer = run()
      return operation === 'now' ? ((machines.now() - 60 * 60_000) as typeof answer) : answer
    })
    // What is there is older than what this one has seen once.
    const backup = machines.server.snapshot()
    await b!.store.write('one', 2, recordText(2, 'of a login'))
    expect(await doubt(c)).toBeUndefined()
    await b!.store.write('one', 3, recordText(3, 'of a later login'))
    await c.store.read('one')
    machines.server.restore(backup, false)
    await c.store.write('one', 2, recordText(2, 'of the last login'))
    expect([await doubt(c), await doubt(a!)]).toEqual([undefined, undefined])
  })

  it('are there after a removal that another has kept from being one', async () => {
    const backup = machines.server.snapshot()
    await refresh(a!, 2)
    await a!.lock('one', 0)
    machines.stopped.add('a')
    await machines.pass(lease)
    const held = await b!.lock('one', 0)
    expect(await a!.store.remove('one')).toBe(false)
    await held.release()
    machines.server.restore(backup, false)
    expect(await doubt(machines.open('a', { memory: folder }))).toBeDefined()
  })

  it('go by what was seen in this store, and not in the one that it was moved from', async () => {
    const other = startMachines('another engine')
    const there = other.open('a', { memory: folder })
    await there.store.write('one', 1, recordText(1))
    await machines.pass(60_000)
    // What is left behind counts as a login after the copy.
    await a!.store.write('one', 2, recordText(2, 'of nobody'))
    expect(await doubt(there)).toBeUndefined()
    const backup = other.server.snapshot()
    await other.pass(60_000)
    await there.store.write('one', 2, recordText(2, 'of a login'))
    other.server.restore(backup, false)
    expect(await doubt(there)).toContain('as it was before its last login')
  })

  it('go by what any process of this machine has seen', async () => {
    const agent = machines.open('a', { memory: folder })
    await agent.store.read('one')
    const held = await a!.lock('one', 0)
    const slot = await a!.journal.reserve('memory:one')
    const backup = machines.server.snapshot()
    await slot.intend(intent(2))
    await agent.store.read('one')
    machines.server.restore(backup, false)
    expect((await held.doubt!())?.message).toContain('is no longer in the store')
  })

  it('are there where what was begun here is gone, and not where it was ended', async () => {
    const held = await a!.lock('one', 0)
    const slot = await a!.journal.reserve('memory:one')
    await slot.intend(intent(2))
    machines.server.restart({ lost: 1, shows: false })
    expect((await held.doubt!())?.message).toContain('is no longer in the store')
    await slot.intend(intent(2))
    await slot.remove()
    expect(await held.doubt!()).toBeUndefined()
  })

  it('end where the user accepts what is stored', async () => {
    const backup = machines.server.snapshot()
    await refresh(a!, 2)
    machines.server.restore(backup, true)
    expect(await doubt(a!)).toBeDefined()
    expect(await a!.accept('one')).toBe(1)
    expect([await doubt(a!), await doubt(b!)]).toEqual([undefined, undefined])
  })
})
