import { ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'

/** Longest that a refresh may go on after its own deadline, to store what it got, in milliseconds. */
export const afterwards = 30_000

/** For a refresh that did not end within `patience` milliseconds, and goes on without us. */
export function tooLate(patience: number): ToknError {
  const seconds = Math.max(1, Math.round(patience / 1_000))
  return new ToknError('network', words.refresh.tooLate(seconds))
}
