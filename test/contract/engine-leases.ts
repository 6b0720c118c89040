import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import type { EngineCase } from './engine-cases.ts'
import { fenceOf, newId, over, together } from './engine-clients.ts'

/** Leases by the engine's clock, their fencing numbers, and wishes. */
export function checkLeases(one: EngineCase): void {
  describe(`leases and wishes: ${one.name}`, () => {
    let engine: SharedEngine
    let other: SharedEngine
    const ttl = one.shortestLease
    beforeAll(async () => {
      await one.begin()
      engine = one.open()
      other = one.open()
      await engine.prepare()
    })
    afterAll(async () => {
      await engine?.close()
      await other?.close()
      await one.end()
    })

    it('is held by one, who is named, for a time that the engine counts', async () => {
      const lease = `session:${newId()}`
      const fence = fenceOf(await engine.takeLease(lease, 'host 1, pid 2', 30_000))
      const refused = await other.takeLease(lease, 'host 2', 30_000)
      expect(refused).toMatchObject({ heldBy: 'host 1, pid 2' })
      const left = 'left' in refused ? refused.left : 0
      expect(left).toBeGreaterThan(20_000)
      expect(left).toBeLessThanOrEqual(30_000 + one.clockGrain)
      expect(await other.leaseLeft(lease, fence)).toBeGreaterThan(20_000)
      expect(await other.leaseLeft(lease, fence + 1)).toBe(0)
      // Not even to the same holder: that may be an older self of it.
      expect(await engine.takeLease(lease, 'host 1, pid 2', 1_000)).toHaveProperty('heldBy')
    })

    it('goes to one of 20 who want it', async () => {
      const lease = `session:${newId()}`
      const taken = await together(one, 20, (client, at) =>
        client.takeLease(lease, `${at}`, 30_000),
      )
      const holders = taken.flatMap((answer, at) => ('fence' in answer ? [`${at}`] : []))
      expect(holders).toHaveLength(1)
      const named = taken.flatMap((answer) => ('heldBy' in answer ? [answer.heldBy] : []))
      expect(new Set(named)).toEqual(new Set(holders))
    })

    it('ends with its time, and is prolonged before that', async () => {
      const lease = `session:${newId()}`
      const fence = fenceOf(await engine.takeLease(lease, 'one', ttl))
      expect(await engine.renewLease(lease, fence, 60_000)).toBe(true)
      expect(await engine.leaseLeft(lease, fence)).toBeGreaterThan(ttl)
      expect(await engine.renewLease(lease, fence + 1, 60_000)).toBe(false)
      expect(await engine.renewLease(lease, fence, ttl)).toBe(true)
      expect(await engine.leaseLeft(lease, fence)).toBeLessThanOrEqual(ttl + one.clockGrain)
      await over(engine, lease, fence, one.clockGrain)
      expect(await engine.renewLease(lease, fence, ttl)).toBe(false)
      const next = fenceOf(await other.takeLease(lease, 'two', 30_000))
      expect(next).toBeGreaterThan(fence)
      expect(await engine.renewLease(lease, fence, ttl)).toBe(false)
      expect(await engine.leaseLeft(lease, fence)).toBe(0)
    })

    it('is given back by its holder alone', async () => {
      const lease = `session:${newId()}`
      const fence = fenceOf(await engine.takeLease(lease, 'one', 30_000))
      await other.releaseLease(lease, fence + 1)
      expect(await other.takeLease(lease, 'two', 1_000)).toHaveProperty('heldBy', 'one')
      await engine.releaseLease(lease, fence)
      expect(await engine.leaseLeft(lease, fence)).toBe(0)
      expect(await engine.renewLease(lease, fence, 1_000)).toBe(false)
      const next = fenceOf(await other.takeLease(lease, 'two', 30_000))
      await engine.releaseLease(lease, fence)
      expect(await other.leaseLeft(lease, next)).toBeGreaterThan(0)
    })

    it('has fencing numbers that only grow: by many, after removing, after a restart', async () => {
      const id = newId()
      const lease = `session:${id}`
      const fences: number[] = []
      await together(one, 20, async (client) => {
        for (let made = 0; made < 3;) {
          const taken = await client.takeLease(lease, 'x', 30_000)
          if ('heldBy' in taken) continue
          fences.push(taken.fence)
          made++
          await client.releaseLease(lease, taken.fence)
        }
      })
      await engine.write(id, { name: id, when: {} })
      await engine.remove(id, {})
      const take = async () => {
        const fence = fenceOf(await engine.takeLease(lease, 'x', 30_000))
        fences.push(fence)
        await engine.releaseLease(lease, fence)
      }
      await take()
      await one.restart()
      await engine.close()
      await take()
      expect(fences).toHaveLength(62)
      expect(fences).toEqual(fences.toSorted((a, b) => a - b))
      expect(new Set(fences).size).toBe(fences.length)
      expect(fences.every(Number.isSafeInteger)).toBe(true)
    })

    it('of one session is none of another', async () => {
      const [first, second] = [newId(), newId()]
      const fence = fenceOf(await engine.takeLease(`session:${first}`, 'x', 30_000))
      const next = fenceOf(await engine.takeLease(`session:${second}`, 'y', 30_000))
      await engine.releaseLease(`session:${second}`, next)
      expect(await other.leaseLeft(`session:${first}`, fence)).toBeGreaterThan(0)
      expect(await other.takeLease(`session:${first}`, 'z', 1_000)).toHaveProperty('heldBy', 'x')
    })

    it('keeps what it had, and its incarnation, over a restart that loses nothing', async () => {
      const id = newId()
      const before = await engine.incarnation()
      await engine.write(id, { name: id, generation: 4, parts: { record: 'r' }, when: {} })
      const document = await engine.writeDocument(`ledger:${id}`, '', 'kept')
      const fence = fenceOf(await engine.takeLease(`session:${id}`, 'x', 60_000))
      await one.restart()
      await engine.close()
      expect(await engine.read(id)).toMatchObject({ generation: 4, parts: { record: 'r' } })
      expect(await engine.readDocument(`ledger:${id}`)).toEqual({ version: document, text: 'kept' })
      expect(await engine.leaseLeft(`session:${id}`, fence)).toBeGreaterThan(0)
      expect(await engine.incarnation()).toBe(before)
    })

    it('tells which leases are held, by whom, and for how long', async () => {
      const [held, free] = [`session:${newId()}`, `session:${newId()}`]
      fenceOf(await engine.takeLease(held, 'host 1', 30_000))
      await engine.releaseLease(free, fenceOf(await engine.takeLease(free, 'host 2', 30_000)))
      const leases = await other.leases()
      expect(leases.filter(({ name }) => [held, free].includes(name))).toEqual([
        { name: held, holder: 'host 1', left: expect.any(Number) as number },
      ])
      expect(leases.every(({ left }) => left > 0 && left <= 60_000 + one.clockGrain)).toBe(true)
    })

    it('says with a row whether somebody wishes for more', async () => {
      const id = newId()
      await engine.write(id, { name: id, generation: 3, when: {} })
      const wished = async () => [(await other.read(id))?.wished, (await other.find(id))?.wished]
      await engine.addWish(id, 2, '{}')
      expect(await wished()).toEqual([false, false])
      await engine.addWish(id, 3, '{}')
      expect(await wished()).toEqual([true, true])
      await engine.write(id, { generation: 4, when: {} })
      expect(await wished()).toEqual([false, false])
    })

    it('keeps the last hundred wishes of each session', async () => {
      const id = newId()
      await engine.write(id, { name: id, when: {} })
      for (let wish = 0; wish < 105; wish++) await engine.addWish(id, 1, `{"by":${wish}}`)
      const texts = (await other.wishes(id)).map(({ text }) => text)
      expect(texts).toHaveLength(100)
      expect(texts).toContain('{"by":104}')
      expect(texts).not.toContain('{"by":4}')
    })

    it('keeps wishes, each once, until they are dropped', async () => {
      const [first, second] = [newId(), newId()]
      for (const id of [first, second]) await engine.write(id, { name: id, when: {} })
      for (let turn = 0; turn < 3; turn++) await engine.addWish(first, 1, '{"by":"a"}')
      await other.addWish(first, 1, '{"by":"b"}')
      await other.addWish(first, 2, '{"by":"a"}')
      await other.addWish(second, 9, '{"by":"a"}')
      const wishes = await engine.wishes(first)
      expect(wishes.map(({ generation, text }) => `${generation} ${text}`).toSorted()).toEqual([
        '1 {"by":"a"}',
        '1 {"by":"b"}',
        '2 {"by":"a"}',
      ])
      for (const { id, at } of wishes) {
        expect(id).toBe(first)
        expect(Math.abs(at - (await engine.now()))).toBeLessThan(60_000)
      }
      const wished = (await engine.wished(undefined, 1_000)).map(({ id, generations }) => ({
        ...{ id, generations: generations.toSorted() },
      }))
      expect(wished).toContainEqual({ id: first, generations: [1, 1, 2] })
      expect(wished).toContainEqual({ id: second, generations: [9] })
      await engine.dropWishes(first, 1)
      expect((await engine.wishes(first)).map(({ generation }) => generation)).toEqual([2])
      const left = await engine.wished(undefined, 1_000)
      expect(left).toContainEqual({ id: first, generations: [2] })
      await engine.remove(first, {})
      expect(await engine.wishes(first)).toEqual([])
      expect(await engine.wishes(second)).toHaveLength(1)
    })
  })
}
