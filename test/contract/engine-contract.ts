import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import type { EngineCase } from './engine-cases.ts'
import { makeRow, newId, together } from './engine-clients.ts'
import { checkComparing, checkRows } from './engine-rows.ts'
import { checkWatching } from './engine-watching.ts'

/** What every engine does for whoever uses it (`src/core/shared-engine.ts`). */
export function checkContract(one: EngineCase): void {
  describe(`an engine: ${one.name}`, () => {
    let engine: SharedEngine
    let other: SharedEngine
    beforeAll(async () => {
      await one.begin()
      engine = one.open()
      await engine.prepare()
      other = one.open()
    })
    afterAll(async () => {
      await engine?.close()
      await other?.close()
      await one.end()
    })

    it('prepares once, from many clients at once, and then changes nothing', async () => {
      const clients = Array.from({ length: 8 }, () => one.open())
      await Promise.all(clients.map((client) => client.prepare()))
      const { id } = await makeRow(engine)
      await clients[0]!.prepare()
      expect(await clients[1]!.read(id)).toMatchObject({ generation: 1 })
      await Promise.all(clients.map((client) => client.close()))
    })

    checkRows(one, () => [engine, other])
    checkComparing(one, () => [engine, other])

    describe('documents', () => {
      it('are written where their version is as it has to be', async () => {
        const name = `ledger:${newId()}`
        expect(await engine.readDocument(name)).toBeUndefined()
        expect(await engine.writeDocument(name, 'x', 'no')).toBeUndefined()
        const first = await engine.writeDocument(name, '', 'one')
        expect(await other.readDocument(name)).toEqual({ version: first, text: 'one' })
        expect(await other.writeDocument(name, '', 'two')).toBeUndefined()
        const second = await other.writeDocument(name, first!, 'two')
        expect(second).not.toBe(first)
        expect(await engine.writeDocument(name, first!, null)).toBeUndefined()
        expect(await engine.writeDocument(name, second!, null)).toBeDefined()
        expect(await other.readDocument(name)).toBeUndefined()
        expect(await other.writeDocument(name, '', 'three')).not.toBe(first)
      })

      it('are added to by 20 clients, and nothing is lost', async () => {
        const name = `ledger:${newId()}`
        await together(one, 20, async (client, at) => {
          for (;;) {
            const { version, text } = (await client.readDocument(name)) ?? { version: '', text: '' }
            const next = [...text.split(',').filter(Boolean), at].join(',')
            if ((await client.writeDocument(name, version, next)) !== undefined) return
          }
        })
        const all = (await engine.readDocument(name))!.text.split(',').map(Number)
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at))
      })
    })

    describe('what it says of itself', () => {
      it('is a name without a password, a time, and findings', async () => {
        expect(engine.describe()).not.toContain('canary')
        expect(Math.abs((await engine.now()) - Date.now())).toBeLessThan(1_000 + one.clockGrain)
        for (const { id, status, detail } of await engine.examine()) {
          expect([id, status, detail]).toEqual([
            expect.stringMatching(/^[a-z]+$/),
            expect.stringMatching(/^(ok|warn|fail)$/),
            expect.stringMatching(/\w/),
          ])
        }
      })
    })

    it('opens its connections anew after it was closed', async () => {
      const client = one.open()
      await client.read('x')
      await client.close()
      expect(await client.read(newId())).toBeUndefined()
      await client.close()
      await client.close()
    })

    it('rests between calls, and harms none that is under way', async () => {
      const client = one.open()
      await client.prepare()
      const id = newId()
      const written = client.write(id, { name: id, generation: 1, when: {} })
      await client.rest?.()
      expect(await written).toHaveProperty('written')
      await client.rest?.()
      expect(await client.read(id)).toMatchObject({ id, generation: 1 })
      await client.close()
    })

    if (one.watches !== false) checkWatching(() => [engine, other])
  })
}
