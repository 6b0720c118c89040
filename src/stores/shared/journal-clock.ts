import { isToknError } from '../../core/errors.ts'
import type { JournalEntry } from '../../core/ports.ts'
import type { Seal } from '../../core/seal.ts'
import type { EngineClock } from './engine-clock.ts'
import { contentOf } from './journal-content.ts'

export interface ResealingOptions {
  readonly clock: Pick<EngineClock, 'isApart' | 'toLocal' | 'toEngine'>
  readonly seal: Seal
  readonly sealingKey: () => Promise<Uint8Array>
}

/** What is in a journal, with its instants by the other clock. */
interface Resealing {
  toLocal(entry: string, content: JournalEntry): Promise<JournalEntry>
  /** What was sealed here, by the clock of the engine. */
  reseal(entry: string, sealed: string): Promise<string>
}

export function openResealing({ clock, seal, sealingKey }: ResealingOptions): Resealing {
  return {
    toLocal: async (entry, { intent, answers, record }) =>
      contentOf(
        await clock.toLocal(intent),
        await Promise.all(answers.map((one) => convertSealed(entry, one, clock.toLocal))),
        record && (await convertSealed(entry, record, clock.toLocal)),
      ),
    reseal: async (entry, sealed) => await convertSealed(entry, sealed, clock.toEngine),
  }

  async function convertSealed(
    entry: string,
    sealed: string,
    convert: (text: string) => Promise<string>,
  ): Promise<string> {
    if (!clock.isApart()) return sealed
    const key = await sealingKey()
    try {
      return await seal.seal(await convert(await seal.open(sealed, key, entry)), key, entry)
    } catch (error) {
      // Sealed under a key that is gone: nobody reads it.
      if (isToknError(error, 'store')) return sealed
      throw error
    }
  }
}
