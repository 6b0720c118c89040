import { beforeAll, describe, expect, it } from 'vitest'
import type { SharedEngine } from '../../src/core/shared-engine.ts'
import type { EngineCase } from './engine-cases.ts'
import {
  fenceOf,
  makeRow as makeRowIn,
  newId,
  over,
  together,
  versionOf,
  type Engines,
} from './engine-clients.ts'

/** What is written, read, found and listed. */
export function checkRows(one: EngineCase, engines: Engines): void {
  describe('rows', () => {
    let engine: SharedEngine
    let other: SharedEngine
    beforeAll(() => {
      ;[engine, other] = engines()
    })
    const makeRow = async (id?: string) => await makeRowIn(engine, id)

    it('are read by id and by name, with all parts', async () => {
      const { id, version } = await makeRow()
      const row = {
        ...{ id, version, name: `name of ${id}`, generation: 1 },
        parts: { profile: 'p', record: 'r', journal: 'j', index: 'i' },
      }
      expect(await other.read(id)).toMatchObject(row)
      expect(await other.find(row.name)).toMatchObject(row)
      expect(await other.read(newId())).toBeUndefined()
      expect(await other.find('nobody')).toBeUndefined()
    })

    it('keep what a write does not name, and lose what it says is null', async () => {
      const { id } = await makeRow()
      await engine.write(id, { parts: { record: 'R', journal: null }, when: {} })
      expect(await other.read(id)).toMatchObject({ name: `name of ${id}`, generation: 1 })
      expect((await other.read(id))?.parts).toEqual({ profile: 'p', record: 'R', index: 'i' })
      await engine.write(id, { generation: 7, when: {} })
      expect(await other.read(id)).toMatchObject({ generation: 7, parts: { record: 'R' } })
    })

    it('have another version at each write', async () => {
      const { id, version } = await makeRow()
      const versions = [version]
      for (let turn = 0; turn < 5; turn++) {
        versions.push(versionOf(await engine.write(id, { parts: { record: 'r' }, when: {} })))
      }
      await engine.remove(id, {})
      versions.push((await makeRow(id)).version)
      expect(new Set(versions).size).toBe(versions.length)
      expect((await other.read(id))?.version).toBe(versions.at(-1))
    })

    it('are not made without a name', async () => {
      expect(await engine.write(newId(), { when: {} })).toEqual({ failed: 'version' })
    })

    it('have names of their own', async () => {
      const [first, second] = [await makeRow(), await makeRow()]
      const taken = { name: `name of ${first.id}`, when: {} }
      expect(await other.write(second.id, taken)).toEqual({ failed: 'name' })
      expect(await other.write(newId(), taken)).toEqual({ failed: 'name' })
      expect((await other.read(second.id))?.name).toBe(`name of ${second.id}`)
      await engine.write(first.id, { name: `other of ${first.id}`, when: {} })
      expect(await other.find(taken.name)).toBeUndefined()
      expect(versionOf(await other.write(second.id, taken))).toBeTruthy()
      expect((await engine.find(taken.name))?.id).toBe(second.id)
    })

    it('take a name again that was given up by removing', async () => {
      const { id } = await makeRow()
      expect(await engine.remove(id, {})).toBe(true)
      const next = newId()
      const change = { name: `name of ${id}`, when: { version: undefined } }
      expect(versionOf(await other.write(next, change))).toBeTruthy()
      expect((await engine.find(change.name))?.id).toBe(next)
    })

    it('take one name but once, from 20 clients at the same time', async () => {
      const ids = Array.from({ length: 20 }, newId)
      const name = `one of ${ids[0]}`
      const change = { name, when: { version: undefined } }
      const written = await together(one, ids.length, (client, at) =>
        client.write(ids[at]!, change),
      )
      expect(written.filter((answer) => 'written' in answer)).toHaveLength(1)
      expect(
        written.filter((answer) => 'failed' in answer && answer.failed === 'name'),
      ).toHaveLength(19)
      expect((await engine.find(name))?.id).toBe(ids[written.findIndex((one) => 'written' in one)])
    })

    it('hold parts of 128 KiB, and any character', async () => {
      const { id } = await makeRow()
      const long = 'x'.repeat(128 * 1_024)
      const odd = `'"\\ %s $1 {}\n\r\t\u{1F511} é ${'\u2028'}`
      await engine.write(id, { parts: { record: long, journal: long, index: odd }, when: {} })
      expect((await other.read(id))?.parts).toEqual({
        ...{ profile: 'p', record: long, journal: long, index: odd },
      })
    })

    it.each(['a', '-', '_', '0', 'a'.repeat(64), 'select', 'session-id', '--', 'null'])(
      'have ids like %s',
      async (id) => {
        const name = `odd ' " % \\ : / * ${id}`
        await engine.remove(id, {})
        await engine.write(id, { name, when: { version: undefined } })
        expect(await other.read(id)).toMatchObject({ id, name })
        expect(await other.find(name)).toMatchObject({ id })
        expect(fenceOf(await other.takeLease(`session:${id}`, 'me', 1_000))).toBeGreaterThan(0)
        expect(await engine.remove(id, {})).toBe(true)
      },
    )

    it('are listed by pages, each once, in their order', async () => {
      const made = []
      for (let turn = 0; turn < 25; turn++) made.push((await makeRow()).id)
      const pages: string[][] = []
      for (let after: string | undefined; ; after = pages.at(-1)!.at(-1)) {
        const page = await other.list(after, 10)
        if (page.length === 0) break
        pages.push(page.map(({ id }) => id))
      }
      const all = pages.flat()
      expect(all).toEqual(all.toSorted((one, other) => (one < other ? -1 : 1)))
      expect(new Set(all).size).toBe(all.length)
      expect(all).toEqual(expect.arrayContaining(made))
      expect(pages.slice(0, -1).every(({ length }) => length === 10)).toBe(true)
      expect((await other.list(undefined, 1))[0]?.parts).toBeDefined()
    })
  })
}

/** What has to be so for a write to be made. */
export function checkComparing(one: EngineCase, engines: Engines): void {
  describe('a write compares', () => {
    let engine: SharedEngine
    let other: SharedEngine
    beforeAll(() => {
      ;[engine, other] = engines()
    })
    const makeRow = async (id?: string) => await makeRowIn(engine, id)

    it('the version', async () => {
      const { id, version } = await makeRow()
      const parts = { record: 'R' }
      expect(await other.write(id, { parts, when: { version: 'x' } })).toEqual({
        failed: 'version',
      })
      const absent = { name: 'absent', parts, when: { version } }
      expect(await other.write(newId(), absent)).toEqual({ failed: 'version' })
      const again = { name: 'again', parts, when: { version: undefined } }
      expect(await other.write(id, again)).toEqual({ failed: 'version' })
      expect(versionOf(await other.write(id, { parts, when: { version } }))).not.toBe(version)
      expect(await other.write(id, { parts, when: { version } })).toEqual({ failed: 'version' })
    })

    it('the generation, which is 0 where there is no row', async () => {
      const { id } = await makeRow()
      expect(await other.write(id, { generation: 3, when: { generation: 2 } })).toEqual({
        failed: 'generation',
      })
      expect(
        versionOf(await other.write(id, { generation: 2, when: { generation: 1 } })),
      ).toBeTruthy()
      expect(await other.read(id)).toMatchObject({ generation: 2 })
      const next = newId()
      expect(await other.write(next, { name: next, when: { generation: 1 } })).toEqual({
        failed: 'generation',
      })
      expect(
        versionOf(await other.write(next, { name: next, when: { generation: 0 } })),
      ).toBeTruthy()
      expect(await other.read(next)).toMatchObject({ generation: 0 })
    })

    it('the fence of its lease, whether its time is over or not', async () => {
      const { id } = await makeRow()
      const parts = { record: 'R' }
      expect(await engine.write(id, { parts, when: { fence: 1 } })).toEqual({ failed: 'fence' })
      const lease = `session:${id}`
      const fence = fenceOf(await engine.takeLease(lease, 'me', one.shortestLease))
      expect(versionOf(await engine.write(id, { parts, when: { fence } }))).toBeTruthy()
      expect(await engine.write(id, { parts, when: { fence: fence + 1 } })).toEqual({
        failed: 'fence',
      })
      await over(engine, lease, fence, one.clockGrain)
      expect(versionOf(await engine.write(id, { parts, when: { fence } }))).toBeTruthy()
      const next = fenceOf(await other.takeLease(lease, 'you', 60_000))
      expect(await engine.write(id, { parts, when: { fence } })).toEqual({ failed: 'fence' })
      expect(versionOf(await other.write(id, { parts, when: { fence: next } }))).toBeTruthy()
      await other.releaseLease(lease, next)
      expect(versionOf(await other.write(id, { parts, when: { fence: next } }))).toBeTruthy()
    })

    it('the version of the keys', async () => {
      const { id } = await makeRow()
      const parts = { record: 'R' }
      expect(versionOf(await engine.write(id, { parts, when: { keys: '' } }))).toBeTruthy()
      expect(await engine.write(id, { parts, when: { keys: 'x' } })).toEqual({ failed: 'keys' })
      const keys = await engine.writeDocument('keys', '', 'the keys')
      expect(await engine.write(id, { parts, when: { keys: '' } })).toEqual({ failed: 'keys' })
      expect(versionOf(await engine.write(id, { parts, when: { keys } }))).toBeTruthy()
      await engine.writeDocument('keys', keys!, null)
      expect(await engine.write(id, { parts, when: { keys } })).toEqual({ failed: 'keys' })
    })

    it('all of it in one step: 20 clients count to 100 together', async () => {
      const { id } = await makeRow()
      await together(one, 20, async (client) => {
        for (let made = 0; made < 5;) {
          const { generation, version } = (await client.read(id))!
          const when = made % 2 === 0 ? { generation } : { version }
          const change = { generation: generation + 1, parts: { record: `${generation}` }, when }
          if ('written' in (await client.write(id, change))) made++
        }
      })
      expect(await engine.read(id)).toMatchObject({ generation: 101, parts: { record: '100' } })
    })

    it('before it removes', async () => {
      const { id, version } = await makeRow()
      expect(await other.remove(id, { version: 'x' })).toBe(false)
      expect(await other.remove(id, { generation: 2 })).toBe(false)
      expect(await other.remove(id, { fence: 1 })).toBe(false)
      expect(await other.read(id)).toBeDefined()
      expect(await other.remove(id, { version, generation: 1 })).toBe(true)
      expect(await other.remove(id, {})).toBe(false)
      expect(await engine.read(id)).toBeUndefined()
    })
  })
}
