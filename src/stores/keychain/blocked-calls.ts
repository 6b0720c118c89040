let blocked = 0

/**
 * Whether a call to the keychain still blocks a thread that process.exit() would wait for, for up
 * to 50 s: then only a signal ends this process at once.
 */
export function isCallBlocked(): boolean {
  return blocked > 0
}

/** Counts `work` as blocked until it ends. */
export function countAsBlocked(work: Promise<unknown>): void {
  blocked++
  const end = (): void => {
    blocked--
  }
  work.then(end, end)
}
