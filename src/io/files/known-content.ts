import { createHash, randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { isToknError } from '../../core/errors.ts'
import type { Files } from '../../core/ports.ts'

/** Knows a file by what was written to it, also after whoever wrote it was killed. */
export interface KnownContent {
  /** Whether `bytes` are what was announced last, or what was there before that. */
  knows(bytes: Uint8Array): boolean
  /** Before `next` is written over `present`: whatever happens then, both are known. */
  announce(next: Uint8Array, present: Uint8Array | undefined): void
  /** The file is gone. */
  forget(): void
}

/** Longest note, in bytes. */
const longest = 4_096

/**
 * Notes hashes, each with a salt of its own, in `folder`, under a name that is made of `path`. Where no
 * note can be kept, nothing is known to the next process; that is no reason to have no file.
 */
export function openKnownContent(files: Files, folder: string, path: string): KnownContent {
  const note = join(folder, createHash('sha256').update(path).digest('hex').slice(0, 32))
  return {
    knows: (bytes) =>
      read()
        .split('\n')
        .some((line) => line !== '' && line === hash(bytes, line.split(' ')[0] ?? '')),
    announce: (next, present) =>
      attempt(() => {
        const texts = present === undefined ? [next] : [next, present]
        files.ensureDirectory(dirname(note))
        files.write(note, Buffer.from(texts.map((text) => hash(text, makeSalt())).join('\n')))
      }),
    forget: () => attempt(() => void files.remove(note)),
  }

  function read(): string {
    let text = ''
    attempt(() => {
      text = Buffer.from(files.read(note, longest) ?? []).toString()
    })
    return text
  }
}

function hash(bytes: Uint8Array, salt: string): string {
  return `${salt} ${createHash('sha256').update(salt).update(bytes).digest('hex')}`
}

function makeSalt(): string {
  return randomBytes(16).toString('hex')
}

function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
  }
}
