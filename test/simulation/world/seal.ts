import { ToknError } from '../../../src/core/errors.ts'
import type { Seal } from '../../../src/core/seal.ts'
import type { SimulatedProcess } from './process.ts'

/** Opens only under its own label and key; a process may stop while it computes. */
export function openSeal(process: SimulatedProcess): Seal {
  return {
    seal: (text, key, label) =>
      process.call('seal', () => JSON.stringify([label, Array.from(key).join(), text])),
    open: (sealed, key, label) =>
      process.call('seal', () => {
        const [name, made, text] = JSON.parse(sealed) as [string, string, string]
        if (name === label && made === Array.from(key).join()) return text
        throw new ToknError('store', 'a sealed text does not open')
      }),
  }
}
