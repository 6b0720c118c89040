import { readFileSync } from 'node:fs'

/**
 * Whether this process may belong to a terminal, which sends signals to all that run there; by proc(5):
 * field 7 of /proc/self/stat. Not known without /proc.
 */
export function mayHaveTerminal(): boolean {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[4] !== '0'
  } catch {
    return true
  }
}
