import { expect, it } from 'vitest'
import { allRows, namesOf } from '../../../../src/stores/shared/pages.ts'
import { startMemoryServer, type Carry } from '../../../support/memory-engine.ts'

const ids = Array.from({ length: 7 }, (_, at) => `row-${at}`)

async function openWithRows(carry?: Carry) {
  const server = startMemoryServer()
  const engine = server.connect()
  for (const id of ids) {
    await engine.write(id, { name: id, parts: { profile: 'p' }, when: { version: undefined } })
  }
  if (carry !== undefined) server.carry(carry)
  return engine
}

async function listed(engine: Awaited<ReturnType<typeof openWithRows>>, size: number) {
  const found: string[] = []
  for await (const { id } of allRows(engine, [], size)) found.push(id)
  return found
}

it.each([1, 3, 7, 8])('gives each row once, in pages of %i', async (size) => {
  expect(await listed(await openWithRows(), size)).toEqual(ids)
})

it('ends with an error where an answer is given again and again', async () => {
  let first: unknown
  const engine = await openWithRows(({ operation }, run) => {
    if (operation !== 'list') return run()
    first ??= run()
    return first as ReturnType<typeof run>
  })
  const refused = {
    code: 'store',
    message: expect.stringContaining('an engine in memory gives the same sessions again'),
  }
  await expect(listed(engine, 3)).rejects.toMatchObject(refused)
  // Of which no more are wanted than come at once.
  expect(await namesOf(engine, 3)).toHaveLength(3)
})
