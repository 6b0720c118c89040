import { fstatSync } from 'node:fs'

/**
 * Whether a file descriptor is a terminal. Scripts mostly have pipes and files there, and for those
 * this costs one system call instead of loading `node:tty`, with net and streams behind it.
 */
export function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false
  } catch {
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor)
}
