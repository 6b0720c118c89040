import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { IndexEntry } from '../../../src/core/ports.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openIndex } from '../../../src/io/files/index-file.ts'

const count = 300
const ids = Array.from({ length: count }, (_, index) => `id${String(index).padStart(16, '0')}`)
const [first = '', second = '', third = ''] = ids

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-summary-'))
  const index = open()
  index.put(first, entryOf(1))
  const text = readFileSync(fileOf(first))
  for (const id of ids) writeFileSync(fileOf(id), text, { mode: 0o600 })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

const folder = () => join(directory, 'index')
const fileOf = (id: string) => join(folder(), `${id}.json`)
const summary = () => join(directory, 'cache', 'index')

/** By the clock of this process, whatever was written until now was written some time ago. */
function settle(later = 10_000): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + later })
}

/** `read` gets the names of the files of the index that are read. */
function open(read: (name: string) => void = () => undefined) {
  const files = openFiles()
  return openIndex({
    directory: folder(),
    summary: summary(),
    files: {
      ...files,
      read: (path, limit) => {
        read(path)
        return files.read(path, limit)
      },
    },
  })
}

function entryOf(generation: number): IndexEntry {
  return {
    configuration: 'host:/config.json',
    generation,
    obtainedAt: 1_795_000_000_000,
    expiry: { state: 'at', at: 1_796_000_000_000, sliding: true },
    renewal: 'refresh',
    scopes: ['a'],
    history: [
      { generation, at: 1, reason: 'login', command: 'tokn login', pid: 1, parent: 'sh' } as const,
    ],
  }
}

/** What all of them are now, and how many files of the index were read to know that. */
function look(asked: readonly string[] = ids) {
  let read = 0
  const found = open(() => void read++).getAll(asked)
  return { found, read, generations: new Set([...found.values()].map((one) => one?.generation)) }
}

describe('the summary of an index', () => {
  it('takes the place of all files, until one of them is another', () => {
    settle()
    expect(look()).toMatchObject({ read: count, generations: new Set([1]) })
    expect(statSync(summary()).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'cache')).mode & 0o777).toBe(0o700)
    const { found, read } = look()
    expect(read).toBe(0)
    expect(found.size).toBe(count)
    const { history: _, configuration: __, ...shown } = entryOf(1)
    expect(found.get(second)).toEqual(JSON.parse(JSON.stringify(shown)))

    open().put(second, entryOf(2))
    const changed = look()
    expect(changed.read).toBe(1)
    expect(changed.found.get(second)?.generation).toBe(2)
    open().remove(third)
    const removed = look()
    expect(removed.read).toBe(0)
    expect(removed.found.has(third)).toBe(false)
    expect(removed.found.size).toBe(count - 1)
  })

  it('is written by nobody who writes an entry', () => {
    settle()
    look()
    const before = readFileSync(summary())
    for (let generation = 2; generation < 20; generation++) {
      open().put(first, entryOf(generation))
    }
    expect(readFileSync(summary())).toEqual(before)
    expect(look().found.get(first)?.generation).toBe(19)
  })

  it('is asked for many alone', () => {
    settle()
    expect(look(ids.slice(0, 100)).read).toBe(100)
    expect(existsSync(summary())).toBe(false)
  })

  it.each([
    ['within the tick of a change', 0],
    ['by a clock that was set back', -3_600_000],
  ])('is not believed where it was made %s', (_, later) => {
    settle(later)
    look()
    // As long as before, and with its times: only where the clock has moved on is that seen.
    expect(look().read).toBe(count)
    settle(10_000 - later)
    expect(look().read).toBe(count)
    expect(look().read).toBe(0)
  })

  it('sees an entry that is as long as the one before, and as old', () => {
    settle()
    look()
    const { atime, mtime } = statSync(fileOf(first))
    const folderTimes = statSync(folder())
    open().put(first, { ...entryOf(1), generation: 7 })
    utimesSync(fileOf(first), atime, mtime)
    utimesSync(folder(), folderTimes.atime, folderTimes.mtime)
    const { found, read } = look()
    expect(found.get(first)?.generation).toBe(7)
    expect(read).toBe(1)
  })

  it('tells one that cannot be read from one that is not there', () => {
    writeFileSync(fileOf(first), 'not JSON')
    settle()
    for (const _ of [1, 2]) {
      const { found } = look([...ids, 'nobody0123456789', '__proto__', 'constructor'])
      expect(found.has(first)).toBe(true)
      expect(found.get(first)).toBeUndefined()
      expect(found.size).toBe(count)
    }
  })

  const damages: ReadonlyArray<readonly [what: string, how: (path: string) => void]> = [
    ['empty', (path) => writeFileSync(path, '')],
    ['zeros', (path) => writeFileSync(path, new Uint8Array(9_000))],
    ['of another version', (path) => edit(path, '[1,', '[2,')],
    ['of another folder', (path) => edit(path, folder(), `${folder()}x`)],
    ['without a line', (path) => edit(path, /.*\n$/, '')],
    ['for all to write', (path) => chmodSync(path, 0o666)],
    ['in a folder for all to write', (path) => chmodSync(join(path, '..'), 0o777)],
    [
      'a link',
      (path) => {
        writeFileSync(`${path}.real`, readFileSync(path), { mode: 0o600 })
        rmSync(path)
        symlinkSync(`${path}.real`, path)
      },
    ],
  ]

  it.each(damages)('counts for nothing where it is %s', (_, damage) => {
    settle()
    look()
    edit(summary(), '"generation":1', '"generation":9')
    expect(look().found.get(first)?.generation).toBe(9)
    damage(summary())
    expect(look()).toMatchObject({ read: count, generations: new Set([1]) })
  })

  it('counts for nothing wherever it was cut off', () => {
    settle()
    look()
    const whole = readFileSync(summary())
    for (let length = 1; length < whole.length; length += 4_567) {
      writeFileSync(summary(), whole.subarray(0, length), { mode: 0o600 })
      expect(look().generations).toEqual(new Set([1]))
    }
  })

  it('is none where none can be written', () => {
    settle()
    writeFileSync(join(directory, 'cache'), '')
    for (const _ of [1, 2]) expect(look()).toMatchObject({ read: count })
  })
})

function edit(path: string, before: string | RegExp, after: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(before, after))
}
