import { mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../core/errors.ts'
import type { Files } from '../core/ports.ts'
import { checkDirectory, readPlainFile } from './plain-file.ts'
import { translateSystemError } from './system-error.ts'
import { isTemporary, syncDirectory, writeWhole } from './whole-write.ts'

/** The files of the machine that runs this. */
export function openFiles(): Files {
  return { read, write: writeWhole, remove, list, ensureDirectory }
}

function read(path: string, limit: number): Uint8Array | undefined {
  return readPlainFile(path, limit)?.bytes
}

function remove(path: string): boolean {
  try {
    unlinkSync(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
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
    if (systemCode(error) === 'ENOENT') return []
    throw translateSystemError('read', directory, error)
  }
}

function ensureDirectory(path: string): void {
  try {
    makeDirectory(path)
  } catch (error) {
    throw translateSystemError('create', path, error)
  }
  checkDirectory(path)
}

/** By hand, because Node's own recursion reports a read-only disk as a missing directory. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    makeDirectory(dirname(path))
    // Anew, not just once more: another process may be making the same ones at this moment.
    makeDirectory(path)
  }
}
