import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { environmentOfOwnChildren } from '../core/environment.ts'
import { systemCode, ToknError } from '../core/errors.ts'

/** A pipe that a child can open by its path. What goes through it is never on disk. */
export interface NamedPipe {
  readonly path: string
  /** Writes `text` to the first that opens the pipe; gives up when `signal` says that none will. */
  feed(text: string, signal: AbortSignal): Promise<void>
  remove(): void
}

/**
 * Makes a pipe in a folder of the user's own. Not one of `spawn`: those are sockets, and Linux lets
 * nobody open a socket as /dev/fd/3. Throws `internal`.
 */
export function makeNamedPipe(): NamedPipe {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-'))
  const path = join(folder, 'pipe')
  const env = environmentOfOwnChildren(process.env)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore', env }).status !== 0) {
    remove()
    throw new ToknError('internal', 'a pipe to the program could not be made', {
      hint: 'mkfifo has to be on the PATH',
    })
  }
  return { path, feed, remove }

  async function feed(text: string, signal: AbortSignal): Promise<void> {
    const descriptor = await openForReader(path, signal)
    if (descriptor === undefined) return
    try {
      await writeSlowly(descriptor, Buffer.from(text), signal)
    } finally {
      closeSync(descriptor)
    }
  }
}

async function openForReader(path: string, signal: AbortSignal): Promise<number | undefined> {
  while (!signal.aborted) {
    try {
      // Without O_NONBLOCK this would wait for a reader, and could never be given up.
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (systemCode(error) !== 'ENXIO') throw error
      await wait(2)
    }
  }
  return undefined
}

async function writeSlowly(descriptor: number, bytes: Buffer, signal: AbortSignal): Promise<void> {
  let written = 0
  while (written < bytes.length && !signal.aborted) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      // The reader has gone: its exit status says why.
      if (systemCode(error) === 'EPIPE') return
      if (systemCode(error) !== 'EAGAIN') throw error
      await wait(2)
    }
  }
}
