let hung = 0

/**
 * Whether a call to the keychain still blocks a thread that process.exit() would wait for, for up
 * to 50 s: then only a signal ends this process at once.
 */
export function isHung(): boolean {
  return hung > 0
}

/** Counts `work` as hung until it ends. */
export function countAsHung(work: Promise<unknown>): void {
  hung++
  const end = (): void => {
    hung--
  }
  work.then(end, end)
}
