/** The name of the command; flags may stand before it, and two of these have a value. */
export function commandIn(words: readonly string[]): string {
  return namesIn(words)[0] ?? ''
}

/** What is no flag, and not the value of one of those two. */
export function namesIn(words: readonly string[]): readonly string[] {
  const isName = (word: string, index: number) =>
    !word.startsWith('-') && !/^--(config-dir|fields)$/.test(words[index - 1] ?? '')
  return words.filter(isName)
}
