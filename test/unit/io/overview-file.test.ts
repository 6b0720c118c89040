import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { overviewOf, type Overview } from '../../../src/core/overview.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openIndex } from '../../../src/io/files/index-file.ts'
import { readOverview } from '../../../src/io/profiles/overview-file.ts'
import { openProfiles } from '../../../src/io/profiles/profiles.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'

const count = 300
const idOf = (index: number) => `id${String(index).padStart(16, '0')}`

let directory = ''
let warnings: string[] = []
/** How often all profiles were read, each for itself. */
let read = 0

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-overview-'))
  warnings = []
  read = 0
  mkdirSync(join(directory, 'config'), { mode: 0o700 })
  mkdirSync(folder(), { mode: 0o700 })
  give(profiles())
  for (let index = 0; index < count; index++) {
    const entry = entries[index % entries.length]
    if (entry !== undefined) putEntry(index, JSON.stringify(entry))
  }
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

const config = () => join(directory, 'config', 'config.json')
const folder = () => join(directory, 'index')
const place = () => join(directory, 'cache', encodeURIComponent(config()))
const file = () => join(place(), '.all')

/** By the clock of this process, whatever was written until now was written some time ago. */
function settle(later = 10_000): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + later })
}

const at = 1_795_000_000_123
const why = 'the provider said: "no" \u{1f600}\n\0'

/** Of every kind that an index has, one that is no entry, and none. */
const entries: ReadonlyArray<Partial<IndexEntry> | undefined> = [
  undefined,
  {},
  { generation: 1, obtainedAt: at, expiry: { state: 'unknown' } },
  { generation: 1, obtainedAt: at, expiry: { state: 'never' }, scopes: [], fixed: true },
  {
    generation: 7,
    obtainedAt: at,
    prolongedAt: at + 1,
    expiry: { state: 'at', at: at + 9, sliding: true },
    refreshExpiry: { state: 'at', at: at + 99 },
    renewal: 'refresh',
    renewalEnd: { at: at + 5, since: at - 5, asked: at - 1, credentials: true },
    refreshKept: true,
    credentialsKept: false,
    origin: 'https://origin.example',
    tokenId: 'ä b\tc\n',
    tokenName: 'null',
    scopes: ['a', 'b c'],
    fingerprint: 'c12fc54b',
    standing: { state: 'dead', at: at + 3, why },
    history: [],
  },
  {
    generation: 2,
    obtainedAt: -1,
    expiry: { state: 'at', at: 0 },
    refreshExpiry: { state: 'never' },
    renewal: 'none',
    standing: { state: 'doubtful', at, why },
  },
]

function profiles(): Record<string, unknown> {
  const names = Array.from({ length: count }, (_, index) => `p${index}`)
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        id: idOf(index),
        provider: index % 2 === 0 ? 'oz' : 'hosterby',
        ...(index % 3 === 0 ? {} : { baseUrl: `https://one-${index}.example` }),
        ...(index % 7 === 0 ? { settings: { issuer: 'https://issuer.example/ä' } } : {}),
        ...(index % 5 === 0 ? {} : { store: 'file' }),
      },
    ]),
  )
}

function give(all: Record<string, unknown>): void {
  const text = JSON.stringify({ version: 1, default: 'p0', profiles: all }, undefined, 2)
  writeFileSync(`${config()}.new`, text, { mode: 0o600 })
  renameSync(`${config()}.new`, config())
}

function putEntry(index: number, text: string): void {
  const path = join(folder(), `${idOf(index)}.json`)
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function open() {
  const files = openFiles()
  const opened = openProfiles({
    directory: join(directory, 'config'),
    files,
    stores: storeCatalog,
    lock: async () => {
      throw new Error('nothing is changed here')
    },
    warn: (text) => warnings.push(text),
  })
  const outlines = () => {
    read++
    return opened.outlines()
  }
  const index = openIndex({ directory: folder(), files })
  const derived = join(directory, 'cache')
  return { profiles: { path: config(), outlines }, index, directory: folder(), derived }
}

/** All that a row says, as JSON has it, and in its order. */
function rowsOf(overview: Overview): readonly unknown[] {
  return Array.from({ length: overview.length }, (_, row) => {
    const one = overview.at(row)
    if (one.fault !== undefined) return { ...one, fault: one.fault.message }
    const { name, id, provider, store, where, session, unread } = one
    const { tokenId, tokenName, fingerprint } = overview.tokenAt(row) ?? {}
    const { expiry, refreshExpiry, obtainedAt, prolongedAt, fixed, renewal } = session ?? {}
    const { renewalEnd, credentialsKept, scopes, standing } = session ?? {}
    const said = { name, id, provider, store, where, unread, tokenId, tokenName, fingerprint }
    const times = { there: session !== undefined, expiry, refreshExpiry, obtainedAt, prolongedAt }
    const rest = { fixed, renewal, renewalEnd, credentialsKept, scopes, standing }
    return JSON.parse(JSON.stringify({ ...said, ...times, ...rest })) as unknown
  })
}

/** What it says, and whether it was made of all profiles to say that; it is always the truth. */
function look(): { readonly made: boolean; readonly rows: readonly unknown[] } {
  const before = read
  const rows = rowsOf(readOverview(open()))
  const made = read > before
  expect(rows).toEqual(rowsOf(overviewOf(open())))
  return { made, rows }
}

describe('an overview of many profiles', () => {
  it('comes out of its file with all that the profiles and the index say', () => {
    settle()
    expect(look().made).toBe(true)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(statSync(place()).mode & 0o777).toBe(0o700)
    const { made, rows } = look()
    expect(made).toBe(false)
    expect(rows).toHaveLength(count)
    expect(rows.at(0)).toMatchObject({ name: 'p0', there: false, store: 'keychain' })
    expect(rows.at(1)).toMatchObject({ name: 'p1', unread: true })
    expect(warnings).toEqual([])
  })

  it('is that of one profile, without any file', () => {
    settle()
    look()
    unlinkSync(file())
    expect(rowsOf(readOverview(open(), 'p4'))).toMatchObject([
      { name: 'p4', fingerprint: 'c12fc54b' },
    ])
    expect(rowsOf(readOverview(open(), 'nobody'))).toEqual([])
    expect(existsSync(file())).toBe(false)
  })

  const changes: ReadonlyArray<readonly [what: string, change: () => void]> = [
    ['a profile was removed', () => give(Object.fromEntries(Object.entries(profiles()).slice(1)))],
    ['an entry was written', () => putEntry(4, JSON.stringify(entries[3]))],
    ['an entry was made', () => putEntry(0, JSON.stringify(entries[4]))],
    ['an entry was removed', () => unlinkSync(join(folder(), `${idOf(4)}.json`))],
    ['there is no index any more', () => rmSync(folder(), { recursive: true })],
    [
      'an entry of the same size was put back with its times, and those of its folder',
      () => {
        const path = join(folder(), `${idOf(4)}.json`)
        const times = [path, folder()].map((one) => statSync(one))
        putEntry(4, readFileSync(path, 'utf8').replace('c12fc54b', 'd12fc54b'))
        for (const [index, one] of [path, folder()].entries()) {
          utimesSync(one, times[index]?.atime ?? 0, times[index]?.mtime ?? 0)
        }
      },
    ],
  ]

  it.each(changes)('is made anew where %s', (_, change) => {
    settle()
    look()
    expect(look().made).toBe(false)
    change()
    expect(look().made).toBe(true)
  })

  it.each([
    ['within the tick of a change', 0],
    ['by a clock that was set back', -3_600_000],
  ])('is not kept where it was made %s', (_, later) => {
    settle(later)
    look()
    expect(existsSync(file())).toBe(false)
  })

  it('says what is wrong with a damaged profile, as often as it is asked', () => {
    give({ ...profiles(), p3: { id: idOf(3), provider: 'oz', store: 'nowhere' } })
    settle()
    for (const _ of [1, 2]) {
      const { rows } = look()
      expect(rows).toHaveLength(count)
      expect(rows.filter((row) => 'fault' in (row as object))).toMatchObject([{ name: 'p3' }])
    }
  })

  it('warns each time of profiles that others can read', () => {
    settle()
    look()
    chmodSync(config(), 0o644)
    for (const _ of [1, 2]) {
      warnings = []
      look()
      expect(warnings[0]).toContain('config.json')
    }
  })

  const damages: ReadonlyArray<readonly [what: string, how: (path: string) => void]> = [
    ['empty', (path) => writeFileSync(path, '')],
    ['zeros', (path) => writeFileSync(path, new Uint8Array(99_000))],
    ['of another version', (path) => edit(path, '[1,', '[2,')],
    ['of other profiles', (path) => edit(path, 'config.json', 'konfig.json')],
    ['longer', (path) => writeFileSync(path, `${readFileSync(path, 'latin1')}\n`, 'latin1')],
    ['for all to write', (path) => chmodSync(path, 0o666)],
    ['in a folder for all to write', (path) => chmodSync(join(path, '..'), 0o777)],
    [
      'a link',
      (path) => {
        renameSync(path, `${path}.real`)
        symlinkSync(`${path}.real`, path)
      },
    ],
  ]

  it.each(damages)('counts for nothing where it is %s', (_, damage) => {
    settle()
    look()
    damage(file())
    expect(look().made).toBe(true)
  })

  it('counts for nothing wherever it was cut off, or has zeros', () => {
    settle()
    look()
    const whole = readFileSync(file())
    for (let from = 0; from < whole.length - 512; from += 17_011) {
      for (const rest of [whole.subarray(0, from), Buffer.from(whole).fill(0, from, from + 512)]) {
        writeFileSync(file(), rest, { mode: 0o600 })
        expect(look().made, String(from)).toBe(true)
      }
    }
  })

  it('is none where none can be written', () => {
    settle()
    writeFileSync(join(directory, 'cache'), '')
    for (const _ of [1, 2]) expect(look().made).toBe(true)
  })
})

function edit(path: string, before: string, after: string): void {
  writeFileSync(path, readFileSync(path, 'latin1').replace(before, after), 'latin1')
}
