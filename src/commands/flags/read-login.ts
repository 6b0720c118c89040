import { everyFlag } from './every.ts'
import { loginFlags } from './login.ts'
import { readWords, type ReadWords } from './read-words.ts'
import { commonFlags } from './table.ts'

/** What stands behind `tokn login`, as `readWords` reads it. */
export function readLogin(words: readonly string[]): ReadWords | undefined {
  return readWords(words, [...loginFlags, ...commonFlags], everyFlag)
}
