import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SharedEngine, SharedPart, SharedRow, Wished } from '../../src/core/shared-engine.ts'
import type { EngineCase } from './engine-cases.ts'

const long = 'x'.repeat(2_500)
const all = { profile: 'p', record: long, journal: 'j', index: 'i' }

/** Rows of which each has other parts, more than one answer holds. */
const made = Array.from({ length: 150 }, (_, at): Pick<SharedRow, 'id' | 'name' | 'parts'> => {
  const { profile, record, journal, index } = all
  const parts = [{}, { profile }, { profile, record, index }, all, { journal }, { record }][at % 6]!
  return { id: `page-${String(at).padStart(4, '0')}`, name: `name ${at}`, parts }
})

type Texts = Readonly<Record<string, string>>

const seen = ({ id, name, generation, parts }: SharedRow) => ({ id, name, generation, parts })

/** How rows are listed of which not everything is wanted (`SharedEngine.list`). */
export function checkPages(one: EngineCase): void {
  describe(`pages of an engine: ${one.name}`, () => {
    let engine: SharedEngine
    beforeAll(async () => {
      await one.begin()
      engine = one.open()
      await engine.prepare()
      for (const { id, name, parts } of made) {
        const change = {
          name,
          generation: 1,
          parts: { ...parts } as Texts,
          when: { version: undefined },
        }
        expect(await engine.write(id, change)).toHaveProperty('written')
      }
    }, 60_000)
    afterAll(async () => {
      await engine?.close()
      await one.end()
    })

    const listAll = async (limit: number, parts?: readonly SharedPart[]) => {
      const rows: SharedRow[] = []
      for (let after: string | undefined; ;) {
        const page = await engine.list(after, limit, parts)
        expect(page.length).toBeLessThanOrEqual(limit)
        rows.push(...page)
        after = page.at(-1)?.id
        if (page.length < limit || after === undefined) return rows
      }
    }

    it.each([
      [[]],
      [['profile']],
      [['index']],
      [['journal']],
      [['profile', 'index']],
      [['record', 'journal']],
      [['profile', 'record', 'journal', 'index']],
    ] as const)('give the parts %j, and tell of the others that they are there', async (wanted) => {
      const told = made.map(({ id, name, parts }) => ({
        ...{ id, name, generation: 1 },
        parts: Object.fromEntries(
          Object.entries(parts).map(([part, text]) => [
            part,
            wanted.some((one) => one === part) ? text : '',
          ]),
        ),
      }))
      for (const limit of [7, 50, 500]) {
        const found = await listAll(limit, wanted)
        expect(found.map(seen)).toEqual(told)
      }
    })

    it('give all parts where none are named', async () => {
      const found = await listAll(40)
      expect(found.map(({ parts }) => parts)).toEqual(made.map(({ parts }) => parts))
    })

    it('are of sessions that are wished for, too, each once', async () => {
      const ids = made.flatMap(({ id }) => [id, `${id}-gone`])
      for (const [at, id] of ids.entries()) await engine.addWish(id, at, '{}')
      const many = ids[1]!
      for (let wish = 1; wish < 90; wish++) await engine.addWish(many, 1, `${wish}`)
      for (const limit of [7, 250, 500]) {
        const found: Wished[] = []
        for (let after: string | undefined, isMore = true; isMore; after = found.at(-1)?.id) {
          const page = await engine.wished(after, limit)
          expect(page.length).toBeLessThanOrEqual(limit)
          found.push(...page)
          isMore = page.length === limit
        }
        const told = found.map(({ id, generations }) => [id, [...new Set(generations)]])
        expect(Object.fromEntries(told)).toEqual(
          Object.fromEntries(ids.map((id, at) => [id, [at]])),
        )
        expect(found).toHaveLength(ids.length)
        expect(found.find(({ id }) => id === many)?.generations).toHaveLength(90)
      }
      for (const [at, id] of ids.entries()) await engine.dropWishes(id, at)
      expect(await engine.wished(undefined, 10)).toEqual([])
    })
  })
}
