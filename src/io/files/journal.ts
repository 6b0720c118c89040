import { constants, existsSync, fstatSync, lstatSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isObject } from '../../core/json.ts'
import type { Files, Journal, JournalEntry, JournalSlot } from '../../core/ports.ts'
import { entryOf, journalName } from './journal-name.ts'
import { decodeFrames, encodeFrame, type Frame } from './frames.ts'
import { isClosed } from './shared-folders.ts'
import { closeQuietly } from './plain-file.ts'
import { translateSystemError } from './system-error.ts'
import { syncFile, writeAll } from './whole-write.ts'

const reserved = 65_536
// A few answers of 256 KiB, sealed and encoded.
const limit = 8_388_608

export interface JournalOptions {
  readonly files: Files
  /** Where new files are made; looked up when one is. */
  readonly directory: string
  /** Where else there may be files: processes with another home make theirs elsewhere. */
  readonly all?: readonly string[]
}

/**
 * One file per store entry, with its space reserved in advance. Later writes only append, in frames
 * that show whether they are complete, so a torn write never harms what was there. Of several files
 * for one entry, the one with the latest generation counts.
 */
export function openJournal(options: JournalOptions): Journal {
  const { files } = options
  return { reserve, resume, read, remove, list }

  async function reserve(entry: string): Promise<JournalSlot> {
    const path = join(options.directory, journalName(entry))
    const earlier = readLast(entry).findLast((frame) => frame.kind === 'intent')
    const frames = [
      encodeFrame('entry', entry),
      ...(earlier === undefined ? [] : [encodeFrame('intent', earlier.text)]),
    ]
    const head = Buffer.concat(frames)
    try {
      files.ensureDirectory(options.directory)
      files.write(path, Buffer.concat([head, Buffer.alloc(Math.max(0, reserved - head.length))]))
      for (const other of pathsOf(entry).filter((one) => one !== path)) discard(other)
      return openSlot(path, head.length, files)
    } catch (error) {
      if (earlier === undefined) discard(path)
      throw translateSystemError('open', path, error)
    }
  }

  async function resume(entry: string): Promise<JournalSlot> {
    const path = pathsOf(entry)[0] ?? join(options.directory, journalName(entry))
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
      // The first error is reported; and a file elsewhere does not count any more.
    }
  }

  async function read(entry: string): Promise<JournalEntry | undefined> {
    const frames = readLast(entry)
    if (frames[0]?.text !== entry) return undefined
    const intent = frames.findLast((frame) => frame.kind === 'intent')
    if (intent === undefined) return undefined
    const answers = frames.filter((frame) => frame.kind === 'answer').map(({ text }) => text)
    const record = frames.findLast((frame) => frame.kind === 'response')
    return { intent: intent.text, answers, record: record?.text }
  }

  async function remove(entry: string): Promise<void> {
    for (const path of pathsOf(entry)) {
      if (dirname(path) === options.directory) files.remove(path)
      else discard(path)
    }
  }

  async function list(prefix = ''): Promise<readonly string[]> {
    const entries = folders().flatMap((folder) =>
      namesIn(folder).flatMap((name) => {
        const entry = entryOf(name)
        return entry?.startsWith(prefix) === true && mayBe(join(folder, name), entry) ? [entry] : []
      }),
    )
    return [...new Set(entries)]
  }

  function namesIn(folder: string): readonly string[] {
    try {
      return files.list(folder)
    } catch (error) {
      // A folder of another user.
      if (options.all !== undefined && isClosed(error)) return []
      throw error
    }
  }

  function readLast(entry: string): readonly Frame[] {
    const path = pathsOf(entry)[0]
    return path === undefined ? [] : readFrames(path)
  }

  /**
   * Whether a file belongs to an entry. One that cannot be read counts as well: it is a leftover.
   */
  function mayBe(path: string, entry: string): boolean {
    try {
      return readFrames(path)[0]?.text === entry
    } catch {
      return true
    }
  }

  function readFrames(path: string): readonly Frame[] {
    const frames = decodeFrames(files.read(path, limit) ?? new Uint8Array())
    return frames[0]?.kind === 'entry' ? frames : []
  }

  /** The files that exist; the one that counts comes first. */
  function pathsOf(entry: string): readonly string[] {
    const paths = folders().map((folder) => join(folder, journalName(entry)))
    if (paths.length === 1) return paths
    const there = paths.filter((path) => existsSync(path))
    return there.length < 2 ? there : there.toSorted((one, other) => rank(other) - rank(one))
  }

  /** By generation, then by whether there is an answer. */
  function rank(path: string): number {
    const frames = readFrames(path)
    const answered = frames.some(({ kind }) => kind === 'answer' || kind === 'response') ? 1 : 0
    return 2 * generationOf(frames.findLast(({ kind }) => kind === 'intent')?.text) + answered
  }

  function folders(): readonly string[] {
    return options.all ?? [options.directory]
  }
}

function generationOf(intent: string | undefined): number {
  try {
    const value: unknown = JSON.parse(intent ?? '')
    const generation = isObject(value) ? value['generation'] : undefined
    return typeof generation === 'number' ? generation : 0
  } catch {
    return 0
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

  async function append(kind: string, text: string): Promise<void> {
    const frame = encodeFrame(kind, text)
    try {
      writeAll(file, frame, position)
      syncFile(file)
    } catch (error) {
      throw translateSystemError('write', path, error)
    }
    position += frame.length
  }

  async function remove(): Promise<void> {
    if (!open) return
    open = false
    const ours = isSame()
    closeQuietly(file)
    if (ours) files.remove(path)
  }

  /** A process that was presumed dead must not remove the journal of its successor. */
  function isSame(): boolean {
    const current = lstatSync(path, { throwIfNoEntry: false })
    return current !== undefined && current.ino === fstatSync(file).ino
  }
}
