import { readFileSync, readlinkSync } from 'node:fs'
import { namesInFolder } from '../files/names-in-folder.ts'
import { read, type ProcessFacts, type ProcessTable } from './process-table.ts'

/** A process, told from a later one with the same id. */
export type Owner = Pick<ProcessFacts, 'pid' | 'start'>

/** What a process that asks for its owner knows of itself. */
export interface Asker {
  readonly parent: number
  /** What its standard output is, as /proc says it. */
  readonly out: string | undefined
}

export interface FoundOwner extends Owner {
  /** Whether it is the shell that reads our output, since what runs that shell never ends before it. */
  readonly isShell: boolean
}

// Nothing is nested as deep as this.
const farthest = 64

/**
 * The process that runs the shell which evaluates what we print: in a CI job each step has a shell of
 * its own, and what runs them all is the job. Where that is the first process of the machine or of a
 * container, which may outlive any job, it is the shell itself. `undefined` where nothing can be seen.
 */
export async function findOwner(
  table: ProcessTable,
  asker: Asker = thisProcess(),
): Promise<FoundOwner | undefined> {
  const near = await readerOf(table, asker)
  const shell = near === undefined ? undefined : await unforked(table, near)
  if (shell === undefined) return undefined
  // Into a container one comes without a parent there; what it was made to run is its first process.
  const entered = shell.parent === 0 && shell.pid !== 1 && shell.start !== ''
  const above = shell.parent > 1 || entered ? await table.look(shell.parent || 1) : undefined
  // That may be a copy again, made to wait for the shell alone.
  const owner = above === undefined ? shell : await unforked(table, above)
  return { pid: owner.pid, start: owner.start, isShell: above === undefined }
}

function thisProcess(): Asker {
  return { parent: process.ppid, out: read(() => readlinkSync('/proc/self/fd/1')) }
}

/**
 * The process that reads what we print: `$(...)` is a pipe, and of those above us one has its other
 * end, whatever else (npx, env) stands in between. Where that cannot be seen, our parent.
 */
async function readerOf(table: ProcessTable, asker: Asker): Promise<ProcessFacts | undefined> {
  const { parent, out } = asker
  if (out?.startsWith('pipe:') === true) {
    for await (const one of upwards(table, parent)) if (hasOtherEnd(one.pid, out)) return one
  }
  return await table.look(parent)
}

/** `$(...)` and `( ... )` make a copy of the shell; this is the shell that was started as one. */
async function unforked(table: ProcessTable, from: ProcessFacts): Promise<ProcessFacts> {
  let shell = from
  for await (const one of upwards(table, from.parent)) {
    if (one.image === '' || one.image !== shell.image) return shell
    shell = one
  }
  return shell
}

async function* upwards(table: ProcessTable, from: number): AsyncGenerator<ProcessFacts> {
  let pid = from
  for (let count = 0; count < farthest && pid > 0; count++) {
    const found = await table.look(pid)
    if (found === undefined) return
    yield found
    pid = found.parent
  }
}

/** Whether a process can read a pipe; `false` where its files cannot be seen. */
function hasOtherEnd(pid: number, pipe: string): boolean {
  const files = `/proc/${pid}/fd`
  for (const file of namesInFolder(files)) {
    if (read(() => readlinkSync(`${files}/${file}`)) !== pipe) continue
    const facts = read(() => readFileSync(`/proc/${pid}/fdinfo/${file}`, 'latin1')) ?? ''
    // Octal, as open(2) was called: the last two bits are 0 for what is opened for reading.
    if (/^flags:\s*[0-7]*[04]$/m.test(facts)) return true
  }
  return false
}

/** Whether a process has ended, or is another one by now. */
export async function hasEnded(table: ProcessTable, { pid, start }: Owner): Promise<boolean> {
  const found = await table.look(pid)
  if (found === undefined || found.ended) return true
  // One of another user's may be hidden by now: that says nothing of its end.
  return start !== '' && found.start !== '' && found.start !== start
}
