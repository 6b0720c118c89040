import { ToknError } from '../../../src/core/errors.ts'
import type { Store } from '../../../src/core/ports.ts'
import type { SimulatedProcess } from './process.ts'
import type { World } from './world.ts'

interface Entry {
  readonly generation: number
  readonly text: string
}

const key = new Uint8Array(32).fill(7)

/** A store as `Store` promises one: a write is whole or was refused, and never goes back. */
export class SimulatedStore {
  readonly entries = new Map<string, Entry>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** The store as `process` has it. */
  open(process: SimulatedProcess): Store {
    const world = this.#world
    const { faults } = world.settings
    const { entries } = this
    return {
      kind: 'file',
      describe: () => 'the simulated store',
      read: (id) =>
        process.call('store.read', () => {
          if (world.fails('store.read', faults.storeRead)) throw broken('read')
          const entry = entries.get(id)
          world.note(
            () => `${process.name} reads ${entry ? `generation ${entry.generation}` : 'nothing'}`,
          )
          return entry?.text
        }),
      write: (id, generation, text) =>
        process.call(
          'store.write',
          () => {
            const before = entries.get(id)
            if (before !== undefined && before.generation > generation) {
              world.note(() => `${process.name} writes generation ${generation}: superseded`)
              throw new ToknError('store', 'a later one is stored', { fault: 'superseded' })
            }
            if (world.fails('store.write', faults.storeWrite)) {
              world.note(() => `${process.name} writes generation ${generation}: refused`)
              throw broken('write')
            }
            if (world.fails('store lies', faults.storeLies)) {
              world.note(() => `${process.name} writes generation ${generation}: LOST BY THE STORE`)
              return
            }
            world.note(() => `${process.name} writes generation ${generation}`)
            entries.set(id, { generation, text })
            world.facts.stored(process, id, before?.text, text)
          },
          // A holder that stops between the look at its lock and the write is not simulated: no
          // store can tell it from one that goes on.
          { prompt: true },
        ),
      remove: (id) =>
        process.call(
          'store.remove',
          () => {
            if (world.fails('store.remove', faults.storeWrite)) throw broken('remove')
            world.note(() => `${process.name} removes the session`)
            world.facts.removed(process, id)
            return entries.delete(id)
          },
          { prompt: true },
        ),
      sealingKey: () =>
        process.call('store.key', () => {
          if (world.fails('store.key', faults.storeRead)) throw broken('read the key of')
          return key
        }),
    }
  }
}

function broken(what: string): ToknError {
  return new ToknError('store', `cannot ${what} the simulated store`)
}
