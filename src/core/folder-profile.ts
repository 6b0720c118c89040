import { ToknError } from './errors.ts'
import { isProfileName } from './profile-name.ts'
import { textOfBytes } from './value-text.ts'
import { words } from '../messages/words.ts'

/** Bytes that such a file may have. */
export const longestFolderFile = 4_096

/** A file of that name, and what came of reading it: a name, or why there is none. */
export interface FolderFile {
  readonly path: string
  /** `path` for a person. */
  readonly shown: string
  /** It is a symbolic link. */
  readonly link: boolean
  /** The profile that it names. */
  readonly name?: string | undefined
  /** Why it does not count, completing "ignoring it: it ...". */
  readonly ignored?: string | undefined
  /** It is the user's own, and no file of ours: what is wrong with it. */
  readonly wrong?: ToknError | undefined
}

/** What the folder says that the user is in. */
export interface FolderProfile {
  readonly name: string
  /** The file that says it, for a person. */
  readonly shown: string
}

/**
 * The one name in the file `shown`; blank lines and lines that begin with `#` are passed over. Throws
 * `usage`, and never quotes what is no name: it may be a secret that was saved in the wrong place.
 */
export function readFolderProfile(bytes: Uint8Array, shown: string): string {
  if (bytes.length > longestFolderFile) throw refuse(words.folders.tooLong(longestFolderFile))
  const read = textOfBytes(bytes)
  if ('instead' in read) throw refuse(words.folders.isInstead(read.instead))
  const lines = read.text.split(/\r?\n/).map((line) => line.trim())
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const [name] = said
  if (name === undefined) throw refuse(words.folders.namesNone())
  if (said.length > 1) throw refuse(words.folders.saysMore())
  if (!isProfileName(name)) throw refuse(words.folders.isNoName(lines.indexOf(name) + 1))
  return name

  function refuse(what: string): ToknError {
    return new ToknError('usage', words.folders.wrongFile(shown, what))
  }
}

/** The files that bind the folders to profiles which the user is in. */
export interface Folders {
  /** Those of the current folder and of all above it that there are, the nearest first. */
  list(): readonly FolderFile[]
  /** Where that of the current folder is, or would be. Throws `usage` where that is gone. */
  place(): Pick<FolderFile, 'path' | 'shown'> & {
    /** The folder, for a person. */
    readonly folder: string
    /** A directory of that name is no file. */
    readonly found: FolderFile | 'directory' | undefined
  }
  /** Each throws `usage`. */
  write(path: string, name: string): void
  remove(path: string): void
}
