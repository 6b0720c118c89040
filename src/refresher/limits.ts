import { ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'

/** Longest that a refresh may go on after its own deadline, to store what it got, in milliseconds. */
export const afterwards = 30_000

/** For a refresh that did not end in the time that was left for it, and goes on without us. */
export function tooLate(): ToknError {
  return new ToknError('network', words.refresh.tooLate())
}
