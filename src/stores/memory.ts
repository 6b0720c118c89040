import { randomBytes } from 'node:crypto'
import type { Store } from '../core/ports.ts'
import { words } from '../messages/words.ts'
import { checkId, checkText, superseded } from './entry.ts'

/** A store that ends with the process: nothing is written anywhere. */
export function openMemory(): Store {
  const entries = new Map<string, { readonly generation: number; readonly text: string }>()
  const key = randomBytes(32)
  return {
    kind: 'memory',
    describe: () => words.stores.thisMemory(),
    async read(id) {
      checkId(id)
      return entries.get(id)?.text
    },
    async write(id, generation, text) {
      checkId(id)
      checkText(text)
      if ((entries.get(id)?.generation ?? 0) > generation) throw superseded()
      entries.set(id, { generation, text })
    },
    async remove(id) {
      checkId(id)
      return entries.delete(id)
    },
    async sealingKey() {
      return Uint8Array.from(key)
    },
  }
}
