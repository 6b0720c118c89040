/**
 * Name of the file that follows a refresh of a store entry. No digest: whether there is such a file
 * is asked at every start, and loading `node:crypto` for that would cost more than the asking.
 */
export function journalName(entry: string): string {
  return `${encodeURIComponent(entry)}.journal`
}

/** The store entry that a name is of; `undefined` for a name that `journalName` did not make. */
export function entryOf(name: string): string | undefined {
  try {
    const entry = decodeURIComponent(name.replace(/\.journal$/, ''))
    return journalName(entry) === name ? entry : undefined
  } catch {
    return undefined
  }
}
