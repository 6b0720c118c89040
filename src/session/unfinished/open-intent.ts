import { isToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'
import { idBeside, intentPrefix, type Intent } from './intent.ts'

/** The intent of a login or an issue under way, written down. */
export interface OpenIntent {
  /** Durable when it resolves. Throws `store`. */
  note(change: Partial<Intent>): Promise<void>
  /** Seals a text into the room that was reserved; durable when it resolves. Throws `store`. */
  keep(text: string): Promise<void>
  /** Whether that is kept anywhere: nothing is on the machine of a job with three variables. */
  readonly keeps: boolean
  /** Never throws: what stays is cleared by `tokn doctor --fix`. */
  remove(): Promise<void>
}

export type IntentDraft = Omit<Intent, 'at' | 'configuration' | 'run' | 'sent'>

/** Reserves room and writes the intent, durably. Throws `store`. */
export async function openIntent(ports: Ports, draft: IntentDraft): Promise<OpenIntent> {
  const entry = intentPrefix(ports) + ports.randomId()
  const key = await (await ports.store(draft.store, idBeside(draft))).sealingKey()
  const { seal } = await ports.seal()
  // Loads what sealing takes: nothing stands between the reply and the disk.
  await seal('', key, entry)
  const { own } = await ports.invocations()
  const { configuration } = ports
  let intent: Intent = { ...draft, at: ports.clock.now(), configuration, run: own, sent: false }
  const journal = await ports.journal('unfinished')
  const slot = await journal.reserve(entry)
  const open: OpenIntent = {
    note: async (change) => {
      intent = { ...intent, ...change }
      await slot.intend(JSON.stringify(intent))
    },
    keep: async (text) => await slot.record(await seal(text, key, entry)),
    keeps: journal.keepsNothing !== true,
    remove,
  }
  try {
    await open.note({})
    return open
  } catch (error) {
    await remove()
    throw error
  }

  async function remove(): Promise<void> {
    try {
      await slot.remove()
    } catch (error) {
      if (!isToknError(error, 'store')) throw error
      ports.warn(words.unfinished.notCleared(error.message))
    }
  }
}
