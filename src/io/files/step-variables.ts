import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isToknError, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { closeQuietly } from './plain-file.ts'
import { showPath, translateSystemError } from './system-error.ts'
import { writeAll } from './whole-write.ts'

/** Bytes that are read of what a step says; a runner takes less. */
const largest = 1_048_576

const flags =
  constants.O_RDWR | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Throws `usage` for a file of variables (`GITHUB_ENV`) to which nothing can be appended: what is no
 * plain file of this user's.
 */
export function checkStepVariables(path: string): void {
  withFile(path, () => undefined)
}

/**
 * Has the later steps of a job find a variable: appends `NAME=value` to the file that `GITHUB_ENV`
 * names, on a line of its own. Throws `usage`, also for a value that is not one line.
 */
export function appendStepVariable(path: string, name: string, value: string): void {
  if (/\p{Cc}/u.test(value)) throw new ToknError('usage', words.ci.notOneLine(name))
  withFile(path, (file, size) => {
    const line = `${isWhole(file, size) ? '' : '\n'}${name}=${value}\n`
    // At the end, wherever that is by now.
    writeAll(file, Buffer.from(line), size)
  })
}

/** What later steps are told by now, as the runner reads it; `undefined` where that cannot be seen. */
export function readStepVariable(path: string, name: string): string | undefined {
  try {
    let text = ''
    withFile(path, (file, size) => {
      const content = Buffer.alloc(Math.min(size, largest))
      text = content.toString('utf8', 0, readSync(file, content, 0, content.length, 0))
    })
    return lastValue(text.split(/\r?\n/), name)
  } catch (error) {
    if (isToknError(error, 'usage')) return undefined
    throw error
  }
}

/** Of lines `NAME=value`, and of blocks from `NAME<<mark` to `mark`. */
function lastValue(lines: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const block = /^([^=<]+)<<(.+)$/.exec(line)
    const end = block === null ? -1 : lines.indexOf(block[2] ?? '', at + 1)
    if (block !== null && end > 0) {
      if (block[1] === name) found = lines.slice(at + 1, end).join('\n')
      at = end
    } else if (line.startsWith(`${name}=`)) found = line.slice(name.length + 1)
  }
  return found
}

function withFile(path: string, work: (file: number, size: number) => void): void {
  let file: number | undefined
  try {
    file = openSync(path, flags)
    const stats = fstatSync(file)
    const user = process.geteuid?.()
    if (!stats.isFile()) throw refuse(path, 'notPlain')
    // In a container the job may be root, and the file that of the user who runs it.
    if (user !== undefined && user !== 0 && stats.uid !== user) throw refuse(path, 'ofAnother')
    work(file, stats.size)
    closeSync(file)
    file = undefined
  } catch (error) {
    throw translateSystemError('write to', path, error, 'usage')
  } finally {
    if (file !== undefined) closeQuietly(file)
  }
}

/** Whether what is there ends with a line break: what follows would be a part of its last line. */
function isWhole(file: number, size: number): boolean {
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last.toString('latin1') === '\n'
}

function refuse(path: string, why: 'notPlain' | 'ofAnother'): ToknError {
  return new ToknError('usage', words.files.refusing(showPath(path), why))
}
