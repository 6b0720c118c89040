import { endianness } from 'node:os'
import { dirname, join } from 'node:path'
import { overviewOf, type Overview, type Seen, type SeenProfile } from '../../core/overview.ts'
import type { Profiles } from '../../core/ports.ts'
import { ensureDirectory } from '../files/files.ts'
import { checkDirectory } from '../files/checked-directory.ts'
import { readPlainFile } from '../files/plain-file.ts'
import { stampAt, type Stamp } from '../files/stamp.ts'
import { writeDerived } from '../files/whole-write.ts'
import { resolveConfig } from './config-file.ts'
import { folderOf } from './derived-folder.ts'
import { areWhole, profileAt, toColumns, type Columns } from './overview-columns.ts'

/** Bytes: of a file of profiles that is no larger, all is read as soon. */
const small = 32_768

/** From so many profiles on, there is a file. */
const many = 256

/** Bytes; a longer one is not read. */
const limit = 268_435_456

/** Another one wherever a profile that was right is wrong by now, or the other way round. */
const version = 1

/** More of them in a row than there are in what is whole, and fewer than in a block of a disk. */
const zeros = Buffer.alloc(128)

/** No profile has such a name. */
const fileName = '.all'

export interface OverviewOptions extends Seen {
  readonly profiles: Pick<Profiles, 'path' | 'outlines'>
  /** The folder of the index; absent where that is in no files. */
  readonly directory?: string | undefined
  /** Where what is made of profiles may lie, and be lost. Absent: nothing is made. */
  readonly derived?: string | undefined
}

/**
 * All profiles, or the one called `name`, and what is known of their sessions. Of hundreds, what a list
 * shows is in a file besides, made by whoever reads it. That says which file of profiles and which
 * state of the index it was made from, by their stamps, and counts for nothing where one of them is
 * another by now. None is made where a profile is damaged, and none is read where others can read the
 * file of profiles: both are to be said each time.
 */
export function readOverview(options: OverviewOptions, name?: string): Overview {
  const sources = name === undefined ? look(options) : undefined
  if (sources === undefined) return overviewOf(options, name)
  const known = load(sources)
  if (known !== undefined) {
    return {
      length: known.names.length,
      at: (row) => profileAt(known, row),
      tokenAt: (row) => known.tokens()[row] ?? undefined,
    }
  }
  const made = overviewOf(options)
  // What was read within the tick of a change may be followed by another of the same stamp.
  if (sources.settled && made.length >= many && look(options)?.text === sources.text) {
    save(sources, made)
  }
  return made
}

/** Never throws: whoever reads the files themselves says what is wrong with them. */
function look({ profiles, directory, derived }: OverviewOptions): Sources | undefined {
  try {
    const target = resolveConfig(profiles.path)
    const config = stampAt(target)
    if (config === undefined || !isUsable(config)) return undefined
    const folder = directory === undefined ? undefined : stampAt(directory)
    const place = folderOf(target, derived)
    if (folder === undefined || place === undefined) return undefined
    checkDirectory(dirname(target))
    return {
      text: JSON.stringify([version, endianness(), target, config.text, directory, folder.text]),
      settled: config.settled && folder.settled,
      place,
    }
  } catch {
    return undefined
  }
}

function isUsable({ own, size, mode }: Stamp): boolean {
  return own && size > small && (mode & 0o044) === 0
}

/** What an overview is made from. */
interface Sources {
  readonly text: string
  readonly settled: boolean
  /** The folder for what is made of it. */
  readonly place: string
}

/**
 * The first line says what it is of, and how long; the numbers follow, and then a line for each of the
 * texts: names, ids, kinds, URLs, tokens.
 */
function load({ text, place }: Sources): Columns | undefined {
  try {
    const file = readPlainFile(join(place, fileName), limit)
    if (file === undefined) return undefined
    checkDirectory(place)
    const { buffer, byteOffset, length } = file.bytes
    const bytes = Buffer.from(buffer, byteOffset, length)
    const start = bytes.indexOf('\n') + 1
    const head = JSON.parse(bytes.toString('utf8', 0, start)) as readonly unknown[]
    const [of, whole, size] = head
    if (of !== text || whole !== length - start || typeof size !== 'number') return undefined
    // A copy: numbers have to lie where they can be divided by their size.
    const from = byteOffset + start
    const numbers = new Float64Array(buffer.slice(from, from + size))
    const texts = bytes.toString('utf8', start + size)
    // A loss of power may have left zeros in the place of a block: each row begins with another number.
    if (bytes.includes(zeros, start) || texts.includes('\0')) return undefined
    const columns = columnsOf(numbers, texts)
    return areWhole(columns) ? columns : undefined
  } catch {
    return undefined
  }
}

function columnsOf(numbers: Float64Array, texts: string): Columns {
  const [names = '', ids = '', kinds = '', urls = '', tokens = ''] = texts.split('\n')
  let read: ReturnType<Columns['tokens']> | undefined
  return {
    numbers,
    names: names.split(' '),
    ids: ids.split(' '),
    kinds: JSON.parse(kinds) as Columns['kinds'],
    urls: JSON.parse(urls) as Columns['urls'],
    tokens: () => (read ??= JSON.parse(tokens) as NonNullable<typeof read>),
  }
}

function save({ text, place }: Sources, overview: Overview): void {
  try {
    const rows = Array.from({ length: overview.length }, (_, row) => overview.at(row))
    const whole = rows.filter((row): row is SeenProfile => row.fault === undefined)
    if (whole.length < rows.length) return
    const held = whole.map((_, row) => overview.tokenAt(row))
    const { numbers, names, ids, kinds, urls, tokens } = toColumns(whole, held)
    const lists = [kinds, urls, tokens()].map((list) => JSON.stringify(list))
    const texts = Buffer.from(`${[names.join(' '), ids.join(' '), ...lists].join('\n')}\n`)
    const { buffer, byteLength } = numbers
    const head = [text, byteLength + texts.length, byteLength]
    ensureDirectory(place)
    const parts = [Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(buffer), texts]
    writeDerived(join(place, fileName), Buffer.concat(parts))
  } catch {
    // Slower, not wrong.
  }
}
