import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who runs a command, as far as it may be told: no arguments, nothing secret. */
export function describeRequester(command: string) {
  return { command, pid: process.pid, parent: nameOfParent(), host: hostname() }
}

function nameOfParent(): string {
  try {
    return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim()
  } catch {
    return String(process.ppid)
  }
}
