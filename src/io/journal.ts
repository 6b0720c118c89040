import { constants, fstatSync, fsyncSync, lstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Files, Journal, JournalEntry, JournalSlot } from '../core/ports.ts'
import { entryOf, journalName } from './journal-name.ts'
import { decodeFrames, encodeFrame, type Frame } from './frames.ts'
import { closeQuietly } from './plain-file.ts'
import { translateSystemError } from './system-error.ts'
import { writeAll } from './whole-write.ts'

const reserved = 65_536
// A few answers of 256 KiB, sealed and encoded.
const limit = 8_388_608

/**
 * One file per store entry, of which the space is taken beforehand. What is written later is only
 * appended, in frames that tell whether they are whole; so a torn write never harms what was there.
 */
export function openJournal({ directory, files }: { directory: string; files: Files }): Journal {
  return { reserve, resume, read, remove, list }

  function reserve(entry: string): JournalSlot {
    const path = pathOf(entry)
    const earlier = readFrames(path).findLast((frame) => frame.kind === 'intent')
    const frames = [
      encodeFrame('entry', entry),
      ...(earlier === undefined ? [] : [encodeFrame('intent', earlier.text)]),
    ]
    const head = Buffer.concat(frames)
    try {
      files.ensureDirectory(directory)
      files.write(path, Buffer.concat([head, Buffer.alloc(Math.max(0, reserved - head.length))]))
      return openSlot(path, head.length, files)
    } catch (error) {
      if (earlier === undefined) discard(path)
      throw translateSystemError('open', path, error)
    }
  }

  function resume(entry: string): JournalSlot {
    const path = pathOf(entry)
    const written = readFrames(path).map(({ kind, text }) => encodeFrame(kind, text).length)
    try {
      return openSlot(
        path,
        written.reduce((sum, length) => sum + length, 0),
        files,
      )
    } catch (error) {
      throw translateSystemError('open', path, error)
    }
  }

  function discard(path: string): void {
    try {
      files.remove(path)
    } catch {
      // The first error is the one to tell.
    }
  }

  function read(entry: string): JournalEntry | undefined {
    const frames = readFrames(pathOf(entry))
    if (frames[0]?.text !== entry) return undefined
    const intent = frames.findLast((frame) => frame.kind === 'intent')
    if (intent === undefined) return undefined
    const answers = frames.filter((frame) => frame.kind === 'answer').map(({ text }) => text)
    const record = frames.findLast((frame) => frame.kind === 'response')
    return { intent: intent.text, answers, record: record?.text }
  }

  function remove(entry: string): void {
    files.remove(pathOf(entry))
  }

  function list(): readonly string[] {
    return files.list(directory).flatMap((name) => {
      const entry = entryOf(name)
      return entry !== undefined && mayBe(entry) ? [entry] : []
    })
  }

  /** Whether the file of an entry is of it; one that cannot be read is left over as well. */
  function mayBe(entry: string): boolean {
    try {
      return readFrames(pathOf(entry))[0]?.text === entry
    } catch {
      return true
    }
  }

  function readFrames(path: string): readonly Frame[] {
    const frames = decodeFrames(files.read(path, limit) ?? new Uint8Array())
    return frames[0]?.kind === 'entry' ? frames : []
  }

  function pathOf(entry: string): string {
    return join(directory, journalName(entry))
  }
}

function openSlot(path: string, start: number, files: Files): JournalSlot {
  const file = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
  let position = start
  let open = true
  return {
    intend: (intent) => append('intent', intent),
    answer: (sealed) => append('answer', sealed),
    record: (sealed) => append('response', sealed),
    remove,
  }

  function append(kind: string, text: string): void {
    const frame = encodeFrame(kind, text)
    try {
      writeAll(file, frame, position)
      fsyncSync(file)
    } catch (error) {
      throw translateSystemError('write', path, error)
    }
    position += frame.length
  }

  function remove(): void {
    if (!open) return
    open = false
    const ours = isSame()
    closeQuietly(file)
    if (ours) files.remove(path)
  }

  /** A holder that was taken for dead must not remove the journal of the next one. */
  function isSame(): boolean {
    const current = lstatSync(path, { throwIfNoEntry: false })
    return current !== undefined && current.ino === fstatSync(file).ino
  }
}
