import { isToknError } from '../../core/errors.ts'
import type { Ports } from '../ports.ts'
import { markPrefix, type Intent } from './intent.ts'

/** The mark of a login or an issue under way. */
export interface OpenMark {
  /** Durable when it returns. Throws `store`. */
  note(change: Partial<Intent>): void
  /** Seals a text into the room that was reserved; durable when it resolves. Throws `store`. */
  keep(text: string): Promise<void>
  /** Never throws: a mark that stays is cleared by `tokn doctor --fix`. */
  remove(): void
}

export type Wish = Omit<Intent, 'at' | 'configuration' | 'run' | 'sent'>

/** Reserves room and writes the intent, durably. Throws `store`. */
export async function openMark(ports: Ports, wish: Wish): Promise<OpenMark> {
  const entry = markPrefix(ports) + ports.randomId()
  const key = await (await ports.store(wish.store)).sealingKey()
  const { seal } = await ports.seal()
  // Loads what sealing takes: nothing stands between the answer and the disk.
  await seal('', key, entry)
  const { own } = await ports.runs()
  const { configuration } = ports
  let intent: Intent = { ...wish, at: ports.clock.now(), configuration, run: own, sent: false }
  const slot = (await ports.marks()).reserve(entry)
  const mark: OpenMark = {
    note: (change) => {
      intent = { ...intent, ...change }
      slot.intend(JSON.stringify(intent))
    },
    keep: async (text) => slot.record(await seal(text, key, entry)),
    remove,
  }
  try {
    mark.note({})
    return mark
  } catch (error) {
    remove()
    throw error
  }

  function remove(): void {
    try {
      slot.remove()
    } catch (error) {
      if (!isToknError(error, 'store')) throw error
      ports.warn(`${error.message}; what is left is cleared by: tokn doctor --fix`)
    }
  }
}
