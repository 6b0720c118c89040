import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { environmentOfChild } from '../../core/child-environment.ts'
import { systemCode, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

/** A pipe that a child can open by its path. What goes through it is never on disk. */
export interface NamedPipe {
  readonly path: string
  /** Writes `text` to the first that opens the pipe; gives up when `signal` says that none will. */
  feed(text: string, signal: AbortSignal): Promise<void>
  /** Gives `take` what is written to the pipe, until `signal` says that nobody writes any more. */
  read(take: (bytes: Buffer) => void, signal: AbortSignal): Promise<void>
  remove(): void
}

/**
 * Makes a pipe in a folder of the user's own. Not one of `spawn`: those are sockets, and Linux lets
 * nobody open a socket as /dev/fd/3. Throws `usage`.
 */
export function makeNamedPipe(): NamedPipe {
  const folder = makeTemporaryFolder()
  const path = join(folder.path, 'pipe')
  const env = environmentOfChild(process.env, true)
  if (spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore', env }).status !== 0) {
    folder.remove()
    throw new ToknError('usage', words.processes.noPipe())
  }
  return { path, feed, read, remove: folder.remove }

  async function read(take: (bytes: Buffer) => void, signal: AbortSignal): Promise<void> {
    // Without O_NONBLOCK this would wait for a writer, and could never be given up.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      for (;;) {
        // Checked first, so that what came before the writer's end is still read.
        const over = signal.aborted
        const bytes = readSome(descriptor)
        if (bytes.length > 0) take(bytes)
        else if (over) return
        else await waitBriefly(signal)
      }
    } finally {
      closeSync(descriptor)
    }
  }

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

/** Until there may be more to read. Not beyond the end of the writer: whoever reads waits for us then. */
async function waitBriefly(signal: AbortSignal): Promise<void> {
  await wait(2, undefined, { signal }).catch(() => undefined)
}

function readSome(descriptor: number): Buffer {
  const chunk = Buffer.alloc(16_384)
  try {
    return chunk.subarray(0, readSync(descriptor, chunk))
  } catch (error) {
    if (systemCode(error) !== 'EAGAIN') throw error
    return chunk.subarray(0, 0)
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
