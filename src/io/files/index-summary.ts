import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isObject } from '../../core/json.ts'
import { ensureDirectory } from './files.ts'
import { checkDirectory } from './checked-directory.ts'
import { readPlainFile } from './plain-file.ts'
import { stampAt } from './stamp.ts'
import { writeDerived } from './whole-write.ts'

/** Bytes; a longer one is not read, and every entry for itself. */
const limit = 268_435_456

const version = 1

/** What is kept of the files of the index, by the names that they have before `.json`. */
export type Entries = Readonly<Record<string, unknown>>

export interface SummaryOptions {
  /** The folder of the index. */
  readonly directory: string
  readonly path: string
  /** What is kept of a file of the index, as JSON can have it. Never throws. */
  readonly read: (name: string) => unknown
}

/**
 * What is kept of every file of the index. All of it is in one file besides, made by whoever reads
 * it: whoever writes an entry knows nothing of it. It holds for as long as nothing in the folder was
 * made, replaced or removed; then only the files of another stamp are read again. So an entry that
 * was written in place, as nothing here does, is not noticed.
 */
export function readSummary({ directory, path, read }: SummaryOptions): Entries {
  const folder = stampAt(directory)
  if (folder === undefined) return {}
  const known = load(path, directory)
  if (known !== undefined && known.folder === folder.text) return known.entries
  const before = known?.stamps() ?? new Map<string, string>()
  const entries = Object.create(null) as Record<string, unknown>
  const stamps = new Map<string, string>()
  for (const file of readdirSync(directory)) {
    const name = /^(.+)\.json$/.exec(file)?.[1]
    // Before the file is read: what is read may be newer than its stamp, and never older.
    const stamp = name === undefined ? undefined : stampAt(join(directory, file))
    if (name === undefined || stamp === undefined) continue
    const same = known !== undefined && before.get(name) === stamp.text
    entries[name] = same ? known.entries[name] : read(name)
    // What was read within the tick of its change may be followed by another of the same stamp.
    stamps.set(name, same || stamp.settled ? stamp.text : '')
  }
  save(path, directory, { folder: folder.settled ? folder.text : '', entries, stamps })
  return entries
}

interface Summary {
  /** The stamp of the folder; empty where it may have changed within the tick in which it was read. */
  readonly folder: string
  readonly entries: Entries
}

/**
 * A line says what it is of, the next has the entries; then each file has a line with its stamp, which
 * is read only where something has changed.
 */
function load(
  path: string,
  directory: string,
): (Summary & { stamps(): ReadonlyMap<string, string> }) | undefined {
  try {
    const file = readPlainFile(path, limit)
    if (file === undefined) return undefined
    checkDirectory(dirname(path))
    const text = Buffer.from(file.bytes).toString()
    const first = text.indexOf('\n')
    const second = text.indexOf('\n', first + 1)
    const head = JSON.parse(text.slice(0, first)) as readonly unknown[]
    const [found, of, folder, length] = head
    // One that a loss of power has cut off is shorter.
    if (found !== version || of !== directory || length !== text.length - first) return undefined
    const entries: unknown = JSON.parse(text.slice(first + 1, second))
    if (!isObject(entries) || typeof folder !== 'string') return undefined
    return { folder, entries, stamps: () => stampsIn(text.slice(second + 1)) }
  } catch {
    return undefined
  }
}

function stampsIn(lines: string): ReadonlyMap<string, string> {
  const pairs = lines.split('\n').map((line) => line.split('\t') as [string, string])
  return new Map(pairs)
}

function save(
  path: string,
  directory: string,
  { folder, entries, stamps }: Summary & { readonly stamps: ReadonlyMap<string, string> },
): void {
  try {
    ensureDirectory(dirname(path))
    const lines = [...stamps].map(([name, stamp]) => `${name}\t${stamp}`)
    const rest = `\n${[JSON.stringify(entries), ...lines].join('\n')}\n`
    const head = JSON.stringify([version, directory, folder, rest.length])
    writeDerived(path, Buffer.from(`${head}${rest}`))
  } catch {
    // Slower, not wrong.
  }
}
