import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemCode, ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { Files, HeldLock, Lock } from '../../core/ports.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { elapsed } from './elapsed.ts'
import {
  claim,
  fileSystemTime,
  highest,
  readTop,
  released,
  tidy,
  writeQuietly,
  type Generation,
} from './generations.ts'
import { closeQuietly } from './plain-file.ts'
import { identifyProcess, lifeOf, parseIdentity, type ProcessIdentity } from './process-identity.ts'
import { translateSystemError } from './system-error.ts'

export interface LockOptions {
  /** Where the locks of all entries are: a path that no environment variable moves. */
  readonly directory: string
  readonly files: Files
  /** The name of this process for those who wait, without arguments. */
  readonly command: string
  /**
   * Milliseconds without a sign of life after which a holder that cannot be seen counts as dead.
   */
  readonly lease?: number | undefined
}

/**
 * An empty file is waited for this part of a lease: its maker was about to write its text.
 * Timestamps of vfat are even seconds.
 */
export const emptyShare = 4

/** See `LockOptions.lease`. */
export const usualLease = 20_000

/**
 * A lock per entry, made of numbered files: the highest number holds it until its file says
 * `released`. The next holder makes the next number, which only one can; numbers are never reused,
 * so they fence off a holder that was presumed dead. A dead holder on this machine is succeeded at
 * once; one on another machine, or in another container, when its lease is over.
 */
export function createLock(options: LockOptions): Lock {
  const self = identifyProcess()
  return async (entry, timeout) => {
    const directory = folderOf(options.directory, entry)
    for (let sweeps = 0; ; sweeps++) {
      try {
        options.files.ensureDirectory(directory)
        return await acquire(directory, timeout, self, options)
      } catch (error) {
        const failure = translateSystemError('lock', directory, error)
        // Temporary directories are cleaned up, with everything in them.
        if (systemCode(failure.details.cause) !== 'ENOENT' || sweeps === 2) throw failure
      }
    }
  }
}

/** Where the generations of an entry are. */
export function folderOf(directory: string, entry: string): string {
  return join(directory, createHash('sha256').update(entry).digest('hex').slice(0, 32))
}

async function acquire(
  directory: string,
  timeout: number,
  self: ProcessIdentity,
  { command, lease = usualLease }: LockOptions,
): Promise<HeldLock> {
  const text = JSON.stringify({ ...self, command })
  const startedAt = elapsed()
  for (;;) {
    const top = readTop(directory)
    if (top === undefined || isFree(top, directory, self, lease)) {
      const number = (top?.number ?? 0) + 1
      const file = claim(directory, number, text, lease / emptyShare)
      if (file !== undefined) {
        if (highest(directory) === number) return hold(directory, number, file, text, lease)
        // While we slept between looking and claiming, others took the lock, released it and tidied
        // up.
        closeQuietly(file)
      }
    } else if (elapsed() - startedAt >= timeout) {
      throw busy(top)
    }
    await delay(5 + Math.random() * 15)
  }
}

/** Whether nobody has what the newest generation in `directory` stands for. */
export function isFree(
  top: Generation,
  directory: string,
  self: ProcessIdentity,
  lease: number,
): boolean {
  const holder = parseHolder(top)
  if (holder === released) return true
  const life = holder === undefined ? 'unknown' : lifeOf(holder, self)
  if (life !== 'unknown') return life === 'dead'
  const patience = top.text === '' ? lease / emptyShare : lease
  return fileSystemTime(directory) - top.touchedAt > patience
}

/** The lock of a generation that this process has made with `text`; `file` is open. */
export function hold(
  directory: string,
  fence: number,
  file: number,
  text: string,
  lease: number,
): HeldLock {
  tidy(directory, fence)
  let open = true
  // The same bytes again: that updates the timestamp, by the clock of the file system.
  const heartbeat = setInterval(() => writeQuietly(file, text), lease / 10)
  heartbeat.unref()
  return { fence, stillHeld, release }

  async function stillHeld(): Promise<boolean> {
    try {
      return open && highest(directory) === fence
    } catch {
      return false
    }
  }

  async function release(): Promise<void> {
    if (!open) return
    open = false
    clearInterval(heartbeat)
    // A reader that sees half of this takes the lock for held.
    writeQuietly(file, released.padEnd(Buffer.byteLength(text)))
    closeQuietly(file)
  }
}

function parseHolder(
  top: Generation,
): (ProcessIdentity & { command: string }) | typeof released | undefined {
  if (top.text.trimEnd() === released) return released
  try {
    const value: unknown = JSON.parse(top.text)
    const identity = parseIdentity(value)
    if (identity === undefined || !isObject(value)) return undefined
    return { ...identity, command: ownString(value, 'command') ?? '' }
  } catch {
    return undefined
  }
}

/** The error for a generation that is still held at the end of all patience. */
export function busy(top: Generation): ToknError {
  const holder = parseHolder(top)
  const known =
    holder === undefined || holder === released
      ? undefined
      : { pid: holder.pid, command: display(holder.command, 40) }
  return new ToknError('busy', words.files.busy(known))
}
