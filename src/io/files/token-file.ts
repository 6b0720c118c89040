import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { openFiles } from './files.ts'
import { checkDirectory } from './checked-directory.ts'
import { openKnownContent, type KnownContent } from './known-content.ts'
import { isPrivate } from './private-folder.ts'
import { isAbsent, showPath, translateSystemError } from './system-error.ts'

/** Longest token, in bytes. */
const longest = 1_048_576

/** A file that others read a token from. Each call throws `store`. */
export interface TokenFile {
  /** Its path, for a person. */
  readonly shown: string
  /** Whether it is there, as it was written last. */
  isThere(): boolean
  /** Replaces it, so that each reader gets the one before or this one whole; mode 0600, no newline. */
  write(token: string): void
  /** Removes it where it is there and what is in it was written here; whether it did. */
  remove(): boolean
}

/**
 * Opens a file in a folder that is the user's own and closed to all others. Neither the folder nor the
 * file may be a link: a token never goes where a link leads. A file with anything but a token that was
 * written here is not touched: `notes` is the folder in which that is noted, for the next process.
 * Throws `usage` for a folder or a file that will not do; nothing is made.
 */
export function openTokenFile(path: string, notes?: string): TokenFile {
  const files = openFiles()
  const folder = openFolder(dirname(path))
  const own = join(folder, basename(path))
  const shown = showPath(own)
  const known = notes === undefined ? nothingKnown : openKnownContent(files, notes, own)
  let written: string | undefined
  check()
  return {
    shown,
    isThere: () => written !== undefined && stampOf(look(own)) === written,
    write: (token) => {
      const bytes = Buffer.from(token)
      known.announce(bytes, check())
      files.write(own, bytes)
      written = stampOf(look(own))
    },
    // Also where the folder was opened to others meanwhile: all the more.
    remove: () => {
      if (!isOwnFolder(folder) || ownContent() === undefined) {
        written = undefined
        return false
      }
      files.remove(own)
      written = undefined
      known.forget()
      return true
    },
  }

  /** What it holds. Looked at again before each write: a folder may be opened to others meanwhile. */
  function check(): Uint8Array | undefined {
    refuseUnlessPrivate(folder)
    const there = look(own)
    if (there === undefined) return undefined
    if (!isOwnFile(there)) throw new ToknError('usage', words.agentFiles.notAPlainFile(shown))
    const content = ownContent()
    if (content === undefined) throw new ToknError('usage', words.agentFiles.notWrittenHere(shown))
    return content
  }

  /** What is in it, where that was written here. */
  function ownContent(): Uint8Array | undefined {
    const stats = look(own)
    if (stats === undefined || !isOwnFile(stats) || stats.size > longest) return undefined
    const content = files.read(own, longest)
    if (content === undefined) return undefined
    return stampOf(stats) === written || known.knows(content) ? content : undefined
  }
}

/** For a file that no other process will ever look at. */
const nothingKnown: KnownContent = {
  knows: () => false,
  announce: () => undefined,
  forget: () => undefined,
}

/** Whether what is removed at `path` is removed there: it leads nowhere else. */
function isOwnFolder(path: string): boolean {
  const stats = look(path)
  return stats?.isDirectory() === true && isOurs(stats)
}

function refuseUnlessPrivate(folder: string): void {
  if (isPrivate(folder)) return
  const { folderAbsent, folderOpen, folderNotPrivate } = words.agentFiles
  const stats = look(folder)
  // One that others write to is theirs as well: it is not to be closed to them.
  const isOpen = isOwnFolder(folder) && ((stats?.mode ?? 0) & 0o022) === 0
  const said = stats === undefined ? folderAbsent : isOpen ? folderOpen : folderNotPrivate
  throw new ToknError('usage', said(showPath(folder)))
}

function openFolder(folder: string): string {
  refuseUnlessPrivate(folder)
  const real = realpathSync(folder)
  checkDirectory(real, 'usage')
  return real
}

function isOwnFile(stats: Stats): boolean {
  return stats.isFile() && isOurs(stats)
}

function isOurs({ uid }: Stats): boolean {
  const user = process.geteuid?.()
  return user === undefined || uid === user
}

/** The number of a file that is gone may be given to the next one. */
function stampOf(stats: Stats | undefined): string | undefined {
  if (stats?.isFile() !== true) return undefined
  return [stats.ino, stats.size, stats.ctimeMs, stats.mode].join(' ')
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw translateSystemError('use', path, error)
  }
}
