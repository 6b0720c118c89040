import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { systemCode, ToknError } from '../../core/errors.ts'
import { readValueText, requireText } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { elapsed } from '../files/elapsed.ts'
import { isTerminal } from './is-terminal.ts'
import { reasonOf } from '../files/system-error.ts'

/** Longest value read from a file or from standard input, in bytes. */
const limit = 65_536
/** How long to wait for somebody to write to a named pipe, in milliseconds. */
const patience = 5_000
// Not opened by these names: there may be a socket behind them, which cannot be opened.
const ownDescriptor = /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/([0-9]+))$/
const readBefore = new Map<string, Buffer>()

/** All of standard input as one value. Throws `usage`; never waits for a person to type. */
export function readValueInput(what: string): string {
  return readValueText(readTextInput(what), what)
}

/** All of standard input as text of at most 64 KiB. Throws as `readValueInput` does. */
export function readTextInput(what: string): string {
  if (isTerminal(0)) {
    throw new ToknError('usage', words.files.nothingOnInput(what))
  }
  return requireText(readDescriptor(0), what)
}

/** The content of a file as one value; `-` is standard input. Throws `usage`. */
export function readValueFile(path: string, what: string): string {
  return path === '-' ? readValueInput(what) : readValue(readPath(path), what)
}

/**
 * The content of a file, or of standard input for `-`, as text of at most 64 KiB. Throws `usage`.
 */
export function readTextFile(path: string): string {
  return path === '-'
    ? requireText(readDescriptor(0), words.files.standardInput())
    : requireText(readPath(path), `"${path}"`)
}

function readValue(bytes: Buffer, what: string): string {
  return readValueText(requireText(bytes, what), what)
}

/**
 * Whether the file can be read only once: a pipe, or the name of one of our pipes in /dev/fd.
 * Whoever has read it has to pass on its content.
 */
export function isReadOnce(path: string): boolean {
  try {
    const status = statSync(path)
    return status.isFIFO() || status.isSocket()
  } catch {
    return false
  }
}

function readPath(path: string): Buffer {
  const known = readBefore.get(path)
  if (known !== undefined) return known
  if (!isReadOnce(path)) return readOpened(path)
  const own = ownDescriptor.exec(path)
  const bytes = own === null ? readOpened(path) : readDescriptor(Number(own[1] ?? 0))
  readBefore.set(path, bytes)
  return bytes
}

function readOpened(path: string): Buffer {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw new ToknError('usage', words.files.cannotReadFile(path, reasonOf(error)))
  }
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile() && !status.isFIFO()) {
      throw new ToknError('usage', words.files.notAFile(path))
    }
    // Nobody may have opened the other end yet.
    return readDescriptor(descriptor, limit, status.isFIFO() ? patience : 0)
  } finally {
    closeSync(descriptor)
  }
}

/** All that is there to read, of at most `most` bytes. Throws `usage`. */
export function readDescriptor(descriptor: number, most = limit, wait = 0): Buffer {
  const startedAt = elapsed()
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.alloc(limit + 1)
    const count = readSome(descriptor, chunk)
    total += count
    if (total > most) throw new ToknError('usage', words.files.tooMuchInput(most / 1_024))
    if (count > 0) chunks.push(chunk.subarray(0, count))
    else if (total > 0 || elapsed() - startedAt >= wait) return Buffer.concat(chunks)
    else pause()
  }
}

/** What is there to read on standard input, waiting for it; `undefined` at its end. Throws `usage`. */
export function readPiece(): Buffer | undefined {
  const chunk = Buffer.alloc(limit)
  const count = readSome(0, chunk)
  return count === 0 ? undefined : chunk.subarray(0, count)
}

function readSome(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, chunk.length, null)
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') {
        throw new ToknError('usage', words.files.cannotReadInput(reasonOf(error)))
      }
      pause()
    }
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
}
