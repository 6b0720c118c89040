import { createHash } from 'node:crypto'
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isReached } from '../../core/limit.ts'
import type { Ledger } from '../../core/ledger.ts'
import type { Files } from '../../core/ports.ts'
import { translateSystemError } from './system-error.ts'
import { syncDirectory, syncFile } from './whole-write.ts'

type Kind = 'logins' | 'refreshes'
type Counts = Record<Kind, number[]>

const limit = 4_194_304
const compactFrom = 131_072
const line = /^(add|reset) (logins|refreshes) ([0-9]{1,15})$/

export interface LedgerOptions {
  readonly files: Files
  /** What this process writes to; looked up when it does. */
  readonly directory: string
  /** What else is counted: processes with another home write elsewhere. */
  readonly all?: readonly string[]
}

/**
 * One file per key, a line per token made, only ever appended to: two processes that add at the
 * same time both count. A line torn by a crash is skipped.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const { files } = options
  return {
    read: async (key) => readAll(nameOf(key)),
    add: async (key, kind, at, limit) => {
      const name = nameOf(key)
      if (limit !== undefined && isReached(readAll(name)[kind], limit)) return false
      append(options.directory, name, `add ${kind} ${Math.trunc(at)}`)
      return true
    },
    reset: async (key, kind) => reset(nameOf(key), `reset ${kind} 0`),
  }

  function folders(): readonly string[] {
    return options.all ?? [options.directory]
  }

  function readAll(name: string): Counts {
    const all = folders().map((folder) => readCounts(join(folder, name)).counts)
    const times = (kind: Kind) => all.flatMap((counts) => counts[kind]).toSorted((a, b) => a - b)
    return all.length === 1 && all[0] !== undefined
      ? all[0]
      : { logins: times('logins'), refreshes: times('refreshes') }
  }

  function reset(name: string, text: string): void {
    append(options.directory, name, text)
    for (const folder of folders()) {
      if (folder === options.directory || !existsSync(join(folder, name))) continue
      try {
        append(folder, name, text)
      } catch {
        // We may not write there: then more is counted than was used, and never less.
      }
    }
  }

  function append(directory: string, name: string, text: string): void {
    files.ensureDirectory(directory)
    const path = join(directory, name)
    compact(path)
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND
      const file = openSync(path, flags | (constants.O_NOFOLLOW ?? 0), 0o600)
      try {
        // The line break in front closes a line that was torn before.
        writeSync(file, `\n${text}\n`)
        syncFile(file)
      } finally {
        closeSync(file)
      }
    } catch (error) {
      throw translateSystemError('write', path, error)
    }
    syncDirectory(directory)
  }

  function readCounts(path: string): { counts: Counts; size: number } {
    const bytes = files.read(path, limit) ?? new Uint8Array()
    const counts: Counts = { logins: [], refreshes: [] }
    for (const text of Buffer.from(bytes).toString().split('\n')) {
      const match = line.exec(text)
      const kind = match?.[2] === 'logins' ? 'logins' : 'refreshes'
      if (match?.[1] === 'add') counts[kind].push(Number(match[3]))
      if (match?.[1] === 'reset') counts[kind] = []
    }
    return { counts, size: bytes.length }
  }

  function compact(path: string): void {
    const { counts, size } = readCounts(path)
    if (size < compactFrom) return
    const lines = (['logins', 'refreshes'] as const).flatMap((kind) =>
      counts[kind].slice(-1_000).map((at) => `add ${kind} ${at}\n`),
    )
    files.write(path, Buffer.from(lines.join('')))
  }
}

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
