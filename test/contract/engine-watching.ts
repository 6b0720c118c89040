import { expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { newId, type Engines } from './engine-clients.ts'

/** Who watches is told. */
export function checkWatching(engines: Engines): void {
  it('tells those who watch of rows and of wishes, and stops', async () => {
    const [engine, other] = engines()
    const [rows, wishes]: [Array<string | undefined>, Array<string | undefined>] = [[], []]
    const stop = await other.watch('rows', (id) => rows.push(id))
    const stopWishes = await other.watch('wishes', (id) => wishes.push(id))
    const id = newId()
    await engine.write(id, { name: id, when: { version: undefined } })
    await until(() => rows.includes(id))
    await engine.addWish(id, 1, '{}')
    await until(() => wishes.includes(id))
    expect(rows.filter((heard) => heard === id)).toHaveLength(1)
    rows.length = 0
    await engine.remove(id, {})
    await until(() => rows.includes(id))
    await Promise.all([stop(), stopWishes()])
    rows.length = 0
    await engine.write(id, { name: id, when: { version: undefined } })
    await engine.read(id)
    expect(rows).toEqual([])
  })

  it('tells again of a wish that is there already: who is to serve it may have missed it', async () => {
    const [engine, other] = engines()
    const id = newId()
    await engine.write(id, { name: id, when: { version: undefined } })
    await engine.addWish(id, 1, '{}')
    const heard: Array<string | undefined> = []
    const stop = await other.watch('wishes', (wished) => heard.push(wished))
    await until(async () => {
      await engine.addWish(id, 1, '{}')
      return heard.includes(id)
    })
    expect(await other.wishes(id)).toHaveLength(1)
    await stop()
  })
}
