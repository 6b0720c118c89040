/** The words of a command that are no flags, nor the value of one of those two that may stand before it. */
export function namesIn(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, at) => !word.startsWith('-') && !/^--(config-dir|fields)$/.test(words[at - 1] ?? ''),
  )
}
