import { constants, linkSync, lstatSync, openSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../core/errors.ts'
import { closeQuietly, readPlainFile } from './plain-file.ts'
import { translateSystemError } from './system-error.ts'
import { writeAll } from './whole-write.ts'

/** What the file of a generation says that nobody holds any more. */
export const released = 'released'

// How file systems, and sandboxes, say that they have no links.
const linkless = new Set('EPERM EXDEV EACCES EINVAL ENOTSUP EOPNOTSUPP ENOSYS EMLINK'.split(' '))
const kept = 16
const leftoverAge = 60_000
let count = 0

/** The newest numbered file of a lock's directory. */
export interface Generation {
  readonly number: number
  readonly text: string
  /** Modification time by the file system's clock, in milliseconds. */
  readonly touchedAt: number
}

/** The highest number in `directory`; 0 when there is none. */
export function highest(directory: string): number {
  return readdirSync(directory).reduce((top, name) => Math.max(top, numberOf(name)), 0)
}

/** `undefined` when there is none, or when it vanished meanwhile. */
export function readTop(directory: string): Generation | undefined {
  const number = highest(directory)
  if (number === 0) return undefined
  const path = join(directory, String(number))
  const file = readPlainFile(path, 65_536)
  if (file === undefined) return undefined
  const touchedAt = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return { number, text: Buffer.from(file.bytes).toString(), touchedAt }
}

/**
 * Makes `number` with `text`, unless it exists. Returns the open file, or `undefined` when another
 * process was first. link(2) is a compare-and-swap, on NFS too, and what it makes has its text from
 * the beginning. Where a file system has no links (vfat, exFAT, FUSE), or a sandbox forbids them,
 * the file is made in its place by O_CREAT|O_EXCL: that is a compare-and-swap on the same name, so
 * processes that use the one and the other exclude each other. Then the text comes after the name;
 * a reader between them sees an empty file, and gives its maker `patience` milliseconds. Whoever
 * took longer has not made it: others may have counted on that.
 */
export function claim(
  directory: string,
  number: number,
  text: string,
  patience: number,
): number | undefined {
  const path = join(directory, String(number))
  const temporary = join(directory, `new-${process.pid}-${count++}-${Date.now()}`)
  let file: number | undefined
  try {
    file = createFile(temporary, text)
    linkSync(temporary, path)
    return file
  } catch (error) {
    if (file !== undefined) closeQuietly(file)
    const code = systemCode(error) ?? ''
    // ENOENT: we slept so long that the temporary file was swept away.
    if (['EEXIST', 'ENOENT'].includes(code)) return undefined
    if (linkless.has(code)) return claimInPlace(path, text, patience)
    throw error
  } finally {
    removeQuietly(temporary)
  }
}

function claimInPlace(path: string, text: string, patience: number): number | undefined {
  // The clock of a suspended machine goes on, and the other one cannot be set.
  const [wall, startedAt] = [Date.now(), performance.now()]
  const file = createUnlessThere(path, text)
  if (file === undefined) return undefined
  if (Math.max(Date.now() - wall, performance.now() - startedAt) < patience / 2) return file
  writeQuietly(file, released.padEnd(Buffer.byteLength(text)))
  closeQuietly(file)
  return undefined
}

function createUnlessThere(path: string, text: string): number | undefined {
  try {
    return createFile(path, text)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined
    throw error
  }
}

/** Writes over what a claimed file says, in place: it needs no space, and may fail unseen. */
export function writeQuietly(file: number, text: string): void {
  try {
    writeAll(file, Buffer.from(text), 0)
  } catch {
    // Then the lease runs out, and whoever holds it is told.
  }
}

/** What the file system's clock says, in milliseconds: nothing else compares with its times. */
export function fileSystemTime(directory: string): number {
  const path = join(directory, `now-${process.pid}-${count++}-${Date.now()}`)
  const file = createFile(path, '.')
  try {
    return lstatSync(path).mtimeMs
  } finally {
    closeQuietly(file)
    removeQuietly(path)
  }
}

/** Removes generations of the past and what killed processes left. */
export function tidy(directory: string, top: number): void {
  try {
    const now = lstatSync(join(directory, String(top))).mtimeMs
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      const number = numberOf(name)
      const past = number > 0 ? number <= top - kept : isLeftover(path, name, now)
      if (past) removeQuietly(path)
    }
  } catch {
    // Untidy, not wrong.
  }
}

function isLeftover(path: string, name: string, now: number): boolean {
  const touchedAt = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs
  return /^(new|now)-/.test(name) && touchedAt !== undefined && now - touchedAt > leftoverAge
}

function createFile(path: string, text: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL
  const file = openSync(path, flags, 0o600)
  try {
    writeAll(file, Buffer.from(text), 0)
    return file
  } catch (error) {
    closeQuietly(file)
    removeQuietly(path)
    throw translateSystemError('write', path, error)
  }
}

function numberOf(name: string): number {
  return /^[1-9][0-9]{0,14}$/.test(name) ? Number(name) : 0
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else was quicker, or it is swept later.
  }
}
