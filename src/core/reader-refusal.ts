import { words } from '../messages/words.ts'
import { ToknError } from './errors.ts'

/** What only the key of a store does; a reader's key is given instead. */
export type ReaderAct = keyof typeof words.refresherService.acts

/** The one refusal of all that a reader's key does not do; `store` as it describes itself, where known. */
export function refusedToReader(act: ReaderAct, store?: string): ToknError {
  const { acts, readerMayNot } = words.refresherService
  return new ToknError('forbidden', readerMayNot(acts[act], store))
}
