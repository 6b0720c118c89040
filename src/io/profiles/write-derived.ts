import { join } from 'node:path'
import { ensureDirectory } from '../files/files.ts'
import { readPlainFile } from '../files/plain-file.ts'
import { writeDerived } from '../files/whole-write.ts'
import { resolveConfig, type Config } from './config-file.ts'
import { folderOf } from './derived-folder.ts'

/** Bytes; a longer one is made anew. */
const longest = 67_108_864

/** No profile has such a name. */
const namesName = '.names'

/** What is made of a file of profiles, and of which. */
interface DerivedPart {
  readonly version: number
  /** Of the file of profiles. */
  readonly path: string
  readonly directory: string | undefined
  /** What was read from it. */
  readonly config: Config
  /** That of the file to be made. */
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
}

/**
 * Writes one file that is derived from a file of profiles; and another with the names of all, for what
 * completes one that is being typed, and writes nothing itself. Never throws: without them it is slower,
 * not wrong.
 */
export function writeParts({ version, path, directory, config, name, value }: DerivedPart): void {
  try {
    const of = resolveConfig(path)
    const folder = folderOf(of, directory)
    const stamp = config.stamp?.text
    if (folder === undefined || stamp === undefined) return
    ensureDirectory(folder)
    const source = { version, of, stamp }
    write(join(folder, `${name}.json`), { ...source, ...value })
    const names = join(folder, `${namesName}.json`)
    if (isFrom(names, source)) return
    write(names, { ...source, names: Object.keys(config.profiles).sort() })
  } catch {
    // Slower, not wrong.
  }
}

function write(path: string, document: object): void {
  writeDerived(path, Buffer.from(`${JSON.stringify(document)}\n`))
}

/** Whether the file at `path` was made from `source`, with which it begins. */
function isFrom(path: string, source: object): boolean {
  const there = readPlainFile(path, longest)
  const begin = JSON.stringify(source).slice(0, -1)
  return there !== undefined && Buffer.from(there.bytes).indexOf(begin) === 0
}
