import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { systemCode, ToknError } from '../../core/errors.ts'
import { folderFileName } from '../../core/folder-file.ts'
import { longestFolderFile, readFolderProfile, type FolderFile } from '../../core/folder-profile.ts'
import { words } from '../../messages/words.ts'
import { listFolders } from './folders-above.ts'
import { hasModes } from './checked-directory.ts'
import { reasonOf, showPath } from './system-error.ts'

type Found = Pick<FolderFile, 'name' | 'ignored' | 'wrong'>
type Objection = Parameters<(typeof words)['folders']['whyIgnored']>[0]

/** The files that bind a folder to a profile, the nearest first; see `listFolders`. */
export function* listFolderFiles(start?: string, home?: string): Generator<FolderFile> {
  for (const folder of listFolders(start, home)) {
    const found = readFolderFile(folder)
    if (found !== undefined) yield found
  }
}

/**
 * What the file of `folder` says; `undefined` where there is none. A directory of that name is none,
 * and one that we may not look into has none. Nothing is opened before it is known to be a plain file:
 * a pipe would wait for its writer, and a device may do anything.
 */
export function readFolderFile(folder: string): FolderFile | undefined {
  const path = join(folder, folderFileName)
  const stats = look(path)
  if (stats === undefined || stats.isDirectory()) return undefined
  const link = stats.isSymbolicLink()
  const shown = showPath(path)
  const found = isForeign(stats) ? ignore('ofAnother') : readOwn(path, shown, stats)
  return found === undefined ? undefined : { path, shown, link, ...found }
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function readOwn(path: string, shown: string, stats: Stats): Found | undefined {
  let file: number | undefined
  try {
    const link = stats.isSymbolicLink()
    const target = link ? statSync(path) : stats
    if (target.isDirectory()) return undefined
    if (!target.isFile()) return ignore('notPlain')
    // Another one may have been put there since.
    const noFollow = link ? 0 : (constants.O_NOFOLLOW ?? 0)
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | noFollow)
    const opened = fstatSync(file)
    if (!opened.isFile()) return ignore('notPlain')
    if (isForeign(opened)) return ignore('ofAnother')
    if (isWritableByAll(opened) && hasModes(path)) return ignore('writableByAll')
    return { name: readFolderProfile(readStart(file), shown) }
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && !stats.isSymbolicLink()) return undefined
    // What root keeps from us is no mistake of ours.
    if (systemCode(error) === 'EACCES' && !isOurs(stats)) return ignore('unreadable')
    return { wrong: error instanceof ToknError ? error : unreadable(shown, error) }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function unreadable(shown: string, cause: unknown): ToknError {
  const message = words.files.cannot('read', shown, reasonOf(cause))
  return new ToknError('usage', message, { cause, hint: words.folders.orNamed() })
}

/** One byte more than there may be, at most: who reads it tells from that. */
function readStart(file: number): Uint8Array {
  const bytes = new Uint8Array(longestFolderFile + 1)
  let length = 0
  while (length < bytes.length) {
    const count = readSync(file, bytes, length, bytes.length - length, null)
    if (count === 0) break
    length += count
  }
  return bytes.subarray(0, length)
}

function ignore(why: Objection): Found {
  return { ignored: words.folders.whyIgnored(why) }
}

function isOurs({ uid }: Stats): boolean {
  const user = process.geteuid?.()
  return user === undefined || uid === user
}

function isForeign(stats: Stats): boolean {
  return !isOurs(stats) && stats.uid !== 0
}

/**
 * By everybody, and not by a group: with a umask of 002, as it is usual where each user has a group,
 * every file can be written by the group.
 */
function isWritableByAll({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & 0o002) !== 0
}
