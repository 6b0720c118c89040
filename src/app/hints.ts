import { completeHint } from './complete-hint.ts'

/** Makes the commands that are told to a user fit what the user has typed. */
export interface Hints {
  /** Notes the profile that the command line, a variable or a folder names. */
  note(profile: string): void
  /** `text`, each command in it with the flags without which it would mean something else. */
  complete(text: string): string
}

/** `typed` are the words of the command line, without those behind `--`. */
export function openHints(typed: readonly string[]): Hints {
  const names = new Set<string>()
  const directory = valueOf(typed, '--config-dir')
  const store = valueOf(typed, '--store')
  return {
    note: (profile) => void names.add(profile),
    complete: (text) =>
      text.includes('tokn ') ? completeHint(text, { names, directory, store }) : text,
  }
}

/** The value of a flag, the last one where it is given more than once. */
function valueOf(words: readonly string[], flag: string): string | undefined {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`))
  const word = words[at]
  return word === flag ? words[at + 1] : word?.slice(flag.length + 1)
}
