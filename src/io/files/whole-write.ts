import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemCode } from '../../core/errors.ts'
import { closeQuietly } from './plain-file.ts'
import { translateSystemError } from './system-error.ts'

const createFlags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
const leftover = /^\..+\.[0-9a-z]+-[0-9a-z]+-[0-9a-z]+\.tmp$/
const modes = { own: 0o600, all: 0o644 } as const
const leftoverAge = 3_600_000
const swept = new Set<string>()
let count = 0

/** Who may read a file: its user alone, or everybody, as far as the umask lets them. */
type Readers = 'own' | 'all'

/**
 * Replaces `path` by a file with `bytes`, of mode 0600 where it is for its user alone: whole or not
 * at all, and durable when it returns. Throws `store`.
 */
export function writeWhole(path: string, bytes: Uint8Array, readers: Readers = 'own'): void {
  const directory = dirname(path)
  replace(path, bytes, readers, true)
  syncDirectory(directory)
  // What lies in a folder that is not ours alone may be of others.
  sweep(directory, readers === 'own' ? '' : `.${basename(path)}.`)
}

/**
 * As `writeWhole`, for what is made anew where it is not there: without a wait for the disk, so that
 * after a power cut it may be an older one, or torn.
 */
export function writeDerived(path: string, bytes: Uint8Array): void {
  replace(path, bytes, 'own', false)
  sweep(dirname(path), '')
}

/** As `writeWhole`, with a mode of its own, in a folder that is not ours. Throws `store`. */
export function replaceWith(path: string, bytes: Uint8Array, mode: number): void {
  replace(path, bytes, 'own', true, mode)
  syncDirectory(dirname(path))
  sweep(dirname(path), `.${basename(path)}.`)
}

function replace(
  path: string,
  bytes: Uint8Array,
  readers: Readers,
  durable: boolean,
  mode?: number,
): void {
  let temporary: Temporary | undefined
  try {
    temporary = createTemporary(dirname(path), basename(path), readers)
    fill(temporary.file, bytes, readers, durable, mode)
    renameSync(temporary.path, path)
  } catch (error) {
    if (temporary !== undefined) discard(temporary.path)
    throw translateSystemError('write', path, error)
  }
}

/** Writes all of `bytes` at `position`. */
export function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done)
  }
}

/** Makes what was written to `file` durable, as far as its file system can. */
export function syncFile(file: number): void {
  try {
    fsyncSync(file)
  } catch (error) {
    if (!isRefused(error)) throw error
  }
}

/** Makes what was created, renamed or removed in `directory` durable. Throws `store`. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return
  let file: number | undefined
  try {
    file = openSync(directory, constants.O_RDONLY)
    fsyncSync(file)
  } catch (error) {
    // Many file systems cannot do this for directories, and some not even open one.
    if (!isRefused(error) && !['EACCES', 'EBADF', 'EISDIR'].includes(systemCode(error) ?? '')) {
      throw translateSystemError('write to', directory, error)
    }
  } finally {
    if (file !== undefined) closeQuietly(file)
  }
}

/** Writes to `directory`, and leaves nothing there. Throws `store` where that cannot be. */
export function probeDirectory(directory: string): void {
  try {
    const { path, file } = createTemporary(directory, 'probe', 'own')
    closeSync(file)
    unlinkSync(path)
  } catch (error) {
    throw translateSystemError('write to', directory, error)
  }
}

/**
 * Whether a file system says that it has no such operation (vfat, exFAT, FUSE, 9p), and not that
 * this one failed.
 */
export function isRefused(error: unknown): boolean {
  return ['EINVAL', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(error) ?? '')
}

/** Whether `name` is that of a write under way. */
export function isTemporary(name: string): boolean {
  return leftover.test(name)
}

interface Temporary {
  readonly path: string
  readonly file: number
}

export function fill(
  file: number,
  bytes: Uint8Array,
  readers: Readers,
  durable: boolean,
  mode = 0o600,
): void {
  try {
    if (readers === 'own') restrict(file)
    writeAll(file, bytes, 0)
    if (mode !== 0o600) fchmodSync(file, mode)
    if (durable) syncFile(file)
  } catch (error) {
    closeSync(file)
    throw error
  }
  closeSync(file)
}

/** Mode 0600; where the file system has no modes, nobody else may at least write. */
function restrict(file: number): void {
  try {
    fchmodSync(file, 0o600)
  } catch (error) {
    if (!isRefused(error) || (fstatSync(file).mode & 0o022) !== 0) throw error
  }
}

export function createTemporary(directory: string, name: string, readers: Readers): Temporary {
  for (;;) {
    const part = [process.pid, count++, Date.now()].map((number) => number.toString(36)).join('-')
    const path = join(directory, `.${name.slice(0, 180)}.${part}.tmp`)
    try {
      return { path, file: openSync(path, createFlags, modes[readers]) }
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
  }
}

export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The first error is the one to report.
  }
}

/** Removes what killed writers left in `directory` under such names, once per process. */
function sweep(directory: string, start: string): void {
  if (swept.has(directory)) return
  swept.add(directory)
  try {
    // The last change of the folder, by the clock of the file system: ours may be a day ahead of it,
    // and a file that somebody is writing would seem to be left over.
    const now = lstatSync(directory).mtimeMs
    const left = readdirSync(directory).filter(isTemporary)
    for (const name of left.filter((one) => one.startsWith(start))) {
      const path = join(directory, name)
      if (now - lstatSync(path).mtimeMs > leftoverAge) unlinkSync(path)
    }
  } catch {
    // Untidy, not wrong.
  }
}
