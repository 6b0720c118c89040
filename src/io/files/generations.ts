import { constants, linkSync, lstatSync, openSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../core/errors.ts'
import { elapsed } from './elapsed.ts'
import { closeQuietly, readPlainFile } from './plain-file.ts'
import { translateSystemError } from './system-error.ts'
import { writeAll } from './whole-write.ts'

/** The text of a generation that nobody holds any more. */
export const released = 'released'

// How file systems and sandboxes report that they do not support links.
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

/** `undefined` when there is none, or when it was removed meanwhile. */
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
 * process was first. link(2) is a compare-and-swap, on NFS too, and the new file has its text from
 * the beginning. Where a file system has no links (vfat, exFAT, FUSE), or a sandbox forbids them,
 * the file is created under its final name with O_CREAT|O_EXCL: also a compare-and-swap on that
 * name, so processes that use either way exclude each other. There the text is written after the
 * name exists; a reader in between sees an empty file, and gives its maker `patience` milliseconds.
 * A maker that took longer gives up, since others may have taken over.
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
  // Two clocks: one goes on while the machine is suspended, and nobody can set the other.
  const [wall, startedAt] = [Date.now(), elapsed()]
  const file = createUnlessThere(path, text)
  if (file === undefined) return undefined
  if (Math.max(Date.now() - wall, elapsed() - startedAt) < patience / 2) return file
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

/** Overwrites the text of a claimed file in place, which needs no space. Errors are ignored. */
export function writeQuietly(file: number, text: string): void {
  try {
    writeAll(file, Buffer.from(text), 0)
  } catch {
    // Then the lease runs out, and whoever holds it is told.
  }
}

/** The time by the file system's clock, in milliseconds: only that compares with its timestamps. */
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

/** Removes old generations, and what killed processes left behind. */
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
