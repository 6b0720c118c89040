/**
 * Name of the journal file of a store entry. Not a digest: every start checks whether this file
 * exists, and loading `node:crypto` would cost more than the check.
 */
export function journalName(entry: string): string {
  return `${encodeURIComponent(entry)}.journal`
}

/**
 * The store entry that a file name belongs to; `undefined` for a name that `journalName` did not
 * make.
 */
export function entryOf(name: string): string | undefined {
  try {
    const entry = decodeURIComponent(name.replace(/\.journal$/, ''))
    return journalName(entry) === name ? entry : undefined
  } catch {
    return undefined
  }
}
