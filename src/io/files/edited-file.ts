import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  unlinkSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { requireText } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { ensureDirectory } from './files.ts'
import { isAbsent, showPath, translateSystemError } from './system-error.ts'
import { createTemporary, discard, fill, replaceWith } from './whole-write.ts'

// Files of the user's that another program reads, which we change a little.

/** Bytes; the configuration of no such program is longer. */
const longest = 4_194_304

/** The text of a file; a link is followed. `undefined` where there is none. Throws `usage`. */
export function readEdited(path: string): string | undefined {
  const target = targetOf(path)
  if (target === undefined) return undefined
  let file: number | undefined
  try {
    file = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile()) throw refuse(path, 'notPlain')
    const user = process.geteuid?.()
    if (user !== undefined && stats.uid !== user && user !== 0) throw refuse(path, 'ofAnother')
    if (stats.size > longest) {
      throw new ToknError('usage', words.files.tooMuchInput(longest / 1_024))
    }
    return requireMarkedText(readFileSync(file), path)
  } catch (error) {
    throw translateSystemError('read', path, error, 'usage')
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/**
 * Replaces a file, or makes it for its user alone: whole or not at all, with the mode that it had, where
 * a link leads to. `before` is what it said when it was read. Throws `busy` where that has changed since,
 * `store`.
 */
export function writeEdited(
  path: string,
  text: string,
  before: string | undefined,
  executable = false,
): void {
  if (readEdited(path) !== before) {
    throw new ToknError('busy', words.setup.changedMeanwhile(showPath(path)))
  }
  const target = targetOf(path) ?? path
  if (target === path && before === undefined) ensureDirectory(dirname(path))
  const made = executable ? 0o700 : 0o600
  replaceWith(target, Buffer.from(text), before === undefined ? made : modeOf(target))
}

/**
 * Replaces a file as `writeEdited` does by what a program makes of a copy of it: all of that or nothing.
 * Throws `busy`, `usage`, `store`, and what `edit` throws.
 */
export async function editWhole(
  path: string,
  edit: (copy: string) => Promise<void>,
): Promise<void> {
  const before = readEdited(path)
  const target = targetOf(path) ?? path
  if (before === undefined) ensureDirectory(dirname(target))
  const bytes = await editCopy(target, Buffer.from(before ?? ''), edit)
  writeEdited(path, requireMarkedText(bytes, path), before)
}

function modeOf(path: string): number {
  try {
    return lstatSync(path).mode & 0o777
  } catch (error) {
    throw translateSystemError('write', path, error)
  }
}

/** With the byte order mark that text may begin with: it is the file's, and stays. */
function requireMarkedText(bytes: Uint8Array, path: string): string {
  const text = requireText(bytes, showPath(path))
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? `\ufeff${text}` : text
}

/** Removes a file of our own; one that is gone is gone. Throws `store`. */
export function removeEdited(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isAbsent(error)) throw translateSystemError('remove', path, error)
  }
}

/** Where a link leads to; `undefined` where nothing is there. */
function targetOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isAbsent(error)) throw translateSystemError('read', path, error, 'usage')
    if (isLink(path)) throw new ToknError('usage', words.files.danglingLink(showPath(path)))
    return undefined
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}

function refuse(path: string, why: Parameters<(typeof words)['files']['refusing']>[1]): ToknError {
  return new ToknError('usage', words.files.refusing(showPath(path), why))
}

/**
 * What `edit` makes of a copy of `bytes`, which lies beside `path`, for its user alone, and is gone
 * afterwards. Throws `store`.
 */
async function editCopy(
  path: string,
  bytes: Uint8Array,
  edit: (copy: string) => Promise<void>,
): Promise<Uint8Array> {
  let copy: string | undefined
  try {
    const made = createTemporary(dirname(path), basename(path), 'own')
    copy = made.path
    fill(made.file, bytes, 'own', false)
  } catch (error) {
    if (copy !== undefined) discard(copy)
    throw translateSystemError('write', path, error)
  }
  try {
    await edit(copy)
    return readFileSync(copy)
  } finally {
    discard(copy)
  }
}
