import { existsSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../../core/errors.ts'
import type { Files } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import { checkDirectory } from './checked-directory.ts'
import { readPlainFile } from './plain-file.ts'
import { isAbsent, translateSystemError } from './system-error.ts'
import { isTemporary, syncDirectory, writeWhole } from './whole-write.ts'

/** The files of the machine that runs this. */
export function openFiles(): Files {
  return { read, write, remove, list, ensureDirectory: (path) => ensureDirectory(path) }
}

function read(path: string, limit: number): Uint8Array | undefined {
  return readPlainFile(path, limit)?.bytes
}

function write(path: string, bytes: Uint8Array): void {
  writeWhole(path, bytes)
}

function remove(path: string): boolean {
  try {
    unlinkSync(path)
  } catch (error) {
    if (isAbsent(error)) return false
    throw translateSystemError('remove', path, error)
  }
  syncDirectory(dirname(path))
  return true
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !isTemporary(name))
      .sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw translateSystemError('read', directory, error)
  }
}

/**
 * Mode 0700, with its parents. Throws `store`, also where others control it. `checked`: a folder above
 * it that they do not control.
 */
export function ensureDirectory(path: string, checked?: string): void {
  try {
    // It nearly always is, and an error of the system takes longer than a look.
    if (!existsSync(path)) makeDirectory(path)
  } catch (error) {
    throw translateSystemError('create', path, error, 'store', {
      hint: words.files.setOwnFolders(),
    })
  }
  checkDirectory(path, 'store', checked)
}

/** By hand, because Node's own recursion reports a read-only disk as a missing directory. */
function makeDirectory(path: string, tries = 3): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return
    const parent = dirname(path)
    // Some file systems, such as /proc, answer this although the parent exists.
    if (systemCode(error) !== 'ENOENT' || parent === path || tries === 0) throw error
    makeDirectory(parent)
    // From the start, not just once more: another process may be making the same ones right now.
    makeDirectory(path, tries - 1)
  }
}
