import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../core/errors.ts'
import type { FoundTrace } from '../../core/trace.ts'
import { isAbsent, isSystemError } from './system-error.ts'

/** Files that are counted: a folder of a hundred thousand is known to be large before that. */
const most = 5_000

type Measure = Omit<FoundTrace, 'trace'>

/** How many files there are at a path, and their bytes. Follows no link and opens no file. */
export function measure(path: string): Measure {
  try {
    const stats = lstatSync(path)
    const user = process.geteuid?.()
    if (user !== undefined && stats.uid !== user) return { sight: 'foreign' }
    return { sight: 'there', ...sum(path) }
  } catch (error) {
    if (!isSystemError(error)) throw error
    return { sight: isAbsent(error) ? 'absent' : 'unreadable' }
  }
}

/** Names in a folder; none where there is no such folder, or where it cannot be read. */
export function namesAt(path: string): readonly string[] {
  try {
    return readdirSync(path).toSorted()
  } catch (error) {
    if (isSystemError(error)) return []
    throw error
  }
}

/** None where the folder went meanwhile: locks come and go. */
function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

function sum(path: string): Pick<Measure, 'files' | 'bytes' | 'more'> {
  let [files, bytes] = [0, 0]
  const paths = [path]
  for (let next = paths.pop(); next !== undefined; next = paths.pop()) {
    if (files === most) return { files, bytes, more: true }
    const stats = lstatSync(next, { throwIfNoEntry: false })
    if (stats?.isDirectory() === true) {
      for (const name of listed(next)) paths.push(join(next, name))
    } else if (stats !== undefined) {
      files++
      bytes += stats.size
    }
  }
  return { files, bytes }
}
