import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openFiles } from '../../../src/io/files/files.ts'
import { createLock } from '../../../src/io/files/lock.ts'
import { openProfiles } from '../../../src/io/profiles/profiles.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'

let directory = ''
let warnings: string[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-derived-'))
  warnings = []
  mkdirSync(join(directory, 'config'), { mode: 0o700 })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

/** By the clock of this process, whatever was written until now was written some time ago. */
function settle(later = 10_000): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + later })
}

const config = (folder = 'config') => join(directory, folder, 'config.json')
const cache = () => join(directory, 'cache')
const derived = (name: string, folder = 'config') =>
  join(cache(), encodeURIComponent(config(folder)), `${name}.json`)

function open(folder = 'config') {
  const files = openFiles()
  const lock = createLock({ directory: join(directory, 'locks'), files, command: 'profile' })
  return openProfiles({
    directory: join(directory, folder),
    derived: cache(),
    files,
    stores: storeCatalog,
    lock: async () => lock,
    timeout: 5_000,
    warn: (text) => warnings.push(text),
  })
}

const idOf = (index: number) => `id${String(index).padStart(16, '0')}`

/** A file of `count` profiles, `p0` the default one, of the URLs `https://WHERE-INDEX.example`. */
function give(count: number, where = 'one', folder = 'config'): void {
  const profiles = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `p${index}`,
      {
        id: idOf(index),
        provider: 'oz',
        baseUrl: `https://${where}-${index}.example`,
        store: 'file',
      },
    ]),
  )
  const text = JSON.stringify({ version: 1, default: 'p0', profiles })
  writeFileSync(join(directory, folder, 'new'), text, { mode: 0o600 })
  renameSync(join(directory, folder, 'new'), config(folder))
}

const urlOf = (name: string, folder?: string) => open(folder).get(name)?.baseUrl

/** Changes what a derived file says of a profile: so it shows when it is read. */
function mark(name: string, folder?: string): void {
  const path = derived(name, folder)
  writeFileSync(path, readFileSync(path, 'utf8').replace(/https:[^"]+/, 'https://marked.example'))
}

describe('a profile of a long file', () => {
  it('is read from a small one that the first who asked has made', () => {
    give(200)
    settle()
    expect(urlOf('p7')).toBe('https://one-7.example')
    expect(readdirSync(join(cache(), encodeURIComponent(config()))).toSorted()).toEqual([
      '.names.json',
      'p7.json',
    ])
    expect(statSync(derived('p7')).mode & 0o777).toBe(0o600)
    expect(statSync(join(cache(), encodeURIComponent(config()))).mode & 0o777).toBe(0o700)
    expect(statSync(derived('p7')).size).toBeLessThan(600)
  })

  it('is taken from there for as long as the long one is what it was', async () => {
    give(200)
    settle()
    const one = anew()
    expect(one.get('p7')?.baseUrl).toBe('https://one-7.example')
    mark('p7')
    expect(anew().get('p7')?.baseUrl).toBe('https://marked.example')
    // As long as before, within the same second, and with the times of the one before.
    const { atime, mtime } = statSync(config())
    give(200, 'two')
    utimesSync(config(), atime, mtime)
    expect(anew().get('p7')?.baseUrl).toBe('https://two-7.example')
    expect(anew().get('p7')?.baseUrl).toBe('https://two-7.example')
  })

  it('that is short makes none', () => {
    give(20)
    settle()
    expect(urlOf('p7')).toBe('https://one-7.example')
    expect(open().defaultName()).toBe('p0')
    expect(existsSync(cache())).toBe(false)
  })

  it.each([
    ['has just changed', 0],
    ['changed in the future: the clock was set back', -3_600_000],
  ])('makes none where that %s', (_, later) => {
    give(200)
    settle(later)
    expect(urlOf('p7')).toBe('https://one-7.example')
    expect(existsSync(cache())).toBe(false)
  })

  it('has a small file of its own for the choice of the default one', async () => {
    give(200)
    settle()
    expect(anew().defaultName()).toBe('p0')
    expect(readFileSync(derived('.choice'), 'utf8')).toContain('"choice":"p0"')
    expect(anew().defaultName()).toBe('p0')
    vi.useRealTimers()
    await anew().setDefault('p3')
    settle()
    expect(anew().defaultName()).toBe('p3')
    expect(anew().defaultName()).toBe('p3')
    await anew().setDefault(undefined)
    settle()
    expect(anew().defaultName()).toBeUndefined()
    expect(anew().defaultName()).toBeUndefined()
  })

  it('is not there any more where it was renamed or removed', async () => {
    give(200)
    settle()
    for (const name of ['p1', 'p2']) expect(anew().get(name)?.name).toBe(name)
    await anew().rename('p1', 'other')
    await anew().remove('p2')
    expect(existsSync(derived('p1'))).toBe(false)
    expect(existsSync(derived('p2'))).toBe(false)
    expect(anew().get('p1')).toBeUndefined()
    expect(anew().get('p2')).toBeUndefined()
    expect(anew().get('other')?.id).toBe(idOf(1))
  })

  it('is none of another configuration', async () => {
    mkdirSync(join(directory, 'other'), { mode: 0o700 })
    give(200)
    give(200, 'two', 'other')
    settle()
    expect(anew().get('p7')?.baseUrl).toBe('https://one-7.example')
    expect(anew('other').get('p7')?.baseUrl).toBe('https://two-7.example')
    renameSync(derived('p7'), derived('p7', 'other'))
    expect(anew('other').get('p7')?.baseUrl).toBe('https://two-7.example')
  })

  it('still says that others can read the file of profiles', async () => {
    give(200)
    chmodSync(config(), 0o644)
    settle()
    anew().get('p7')
    warnings = []
    mark('p7')
    expect(anew().get('p7')?.baseUrl).toBe('https://marked.example')
    expect(warnings).toHaveLength(1)
  })
})

describe('a small file that is not as it was made', () => {
  const damages: ReadonlyArray<readonly [what: string, how: (path: string) => void]> = [
    ['empty', (path) => writeFileSync(path, '')],
    ['zeros', (path) => writeFileSync(path, new Uint8Array(300))],
    ['of another version', (path) => edit(path, '"version":1', '"version":2')],
    ['of another file', (path) => edit(path, config(), '/elsewhere/config.json')],
    ['without an entry', (path) => edit(path, '"entry"', '"entri"')],
    ['a list', (path) => writeFileSync(path, '[]')],
    ['too large', (path) => writeFileSync(path, ' '.repeat(300_000))],
    ['for all to write', (path) => chmodSync(path, 0o666)],
    [
      'a link',
      (path) => {
        renameSync(path, `${path}.real`)
        symlinkSync(`${path}.real`, path)
      },
    ],
    ['in a folder for all to write', (path) => chmodSync(join(path, '..'), 0o777)],
    [
      'a folder',
      (path) => {
        rmSync(path)
        mkdirSync(path)
      },
    ],
  ]

  it.each(damages)('counts for nothing: %s', async (_, damage) => {
    give(200)
    settle()
    expect(anew().get('p7')?.baseUrl).toBe('https://one-7.example')
    mark('p7')
    damage(derived('p7'))
    expect(anew().get('p7')?.baseUrl).toBe('https://one-7.example')
    expect(warnings).toEqual([])
  })

  it('counts for nothing wherever it was cut off', async () => {
    give(200)
    settle()
    expect(anew().get('p7')?.baseUrl).toBe('https://one-7.example')
    const whole = readFileSync(derived('p7'))
    const { get } = anew()
    for (let length = 0; length < whole.length - 1; length += 9) {
      writeFileSync(derived('p7'), whole.subarray(0, length))
      expect(get('p7')?.baseUrl).toBe('https://one-7.example')
    }
  })

  it('is none where none can be written', async () => {
    give(200)
    settle()
    writeFileSync(cache(), '')
    expect(anew().get('p7')?.baseUrl).toBe('https://one-7.example')
    expect(anew().defaultName()).toBe('p0')
    expect(anew().get('p999')).toBeUndefined()
  })
})

function edit(path: string, before: string, after: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(before, after))
}

/** As a process of its own: one that has read a file of profiles before knows what was in it. */
function anew(folder = 'config') {
  mkdirSync(join(directory, 'none'), { recursive: true, mode: 0o700 })
  writeFileSync(config('none'), '{"version":1}', { mode: 0o600 })
  open('none').list()
  return open(folder)
}
