/**
 * A word of a command line that a person may copy: in double quotes, which every shell knows, where
 * none takes anything in it for more than text; else as a POSIX shell wants it.
 */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return /["\\$`!]/.test(word) || word === '' ? quotePosix(word) : `"${word}"`
}

/** In single quotes, as a POSIX shell reads them. */
export function quotePosix(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
