import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { nameOfJob } from './ci-job.ts'

/** Who runs a command, as far as it may be told: no arguments, nothing secret. */
export function describeRequester(
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const job = nameOfJob(environment)
  const machine = { command, pid: process.pid, parent: nameOfParent(), host: hostname() }
  return job === undefined ? machine : { ...machine, job }
}

function nameOfParent(): string {
  try {
    return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim()
  } catch {
    return String(process.ppid)
  }
}
