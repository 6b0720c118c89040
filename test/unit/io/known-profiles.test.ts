import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readKnownProfiles } from '../../../src/io/profiles/known-profiles.ts'
import { openProfiles } from '../../../src/io/profiles/profiles.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { storeCatalog } from '../../../src/stores/catalog.ts'

let directory = ''
const config = () => join(directory, 'config')
const cache = () => join(directory, 'cache')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-known-'))
  mkdirSync(config(), { mode: 0o700 })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

function give(count: number): void {
  const profiles = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `p${count - index}`,
      { id: `id${String(index).padStart(16, '0')}`, provider: 'oz' },
    ]),
  )
  const text = JSON.stringify({ version: 1, profiles })
  writeFileSync(join(config(), 'config.json'), text, { mode: 0o600 })
  // By the clock of this process, it was written some time ago.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 })
}

/** As another process would find it: this one remembers the file that it has read last. */
function namesOf(prefix = '') {
  const other = join(directory, 'other')
  mkdirSync(other, { recursive: true, mode: 0o700 })
  writeFileSync(join(other, 'config.json'), '{"version":1}', { mode: 0o600 })
  expect(readKnownProfiles(other, cache(), '')).toEqual([])
  return readKnownProfiles(config(), cache(), prefix)
}

/** Has a command with a profile look for it. */
function use(name: string): void {
  const lock = async (): Promise<never> => Promise.reject(new Error('nothing is changed'))
  const files = openFiles()
  const derived = join(cache(), 'profiles')
  openProfiles({ directory: config(), derived, files, stores: storeCatalog, lock }).get(name)
}

it('gives all profiles in order, with what each is of, and writes nothing', () => {
  give(3)
  const provider = 'oz'
  expect(namesOf('x')).toEqual(['p1', 'p2', 'p3'].map((name) => ({ name, provider })))
  expect(readdirSync(directory)).toEqual(['config', 'other'])
})

it('takes the names of many from what a command has made, for as long as that fits', () => {
  give(1_000)
  const byConfig = namesOf('p99')
  expect(byConfig.map(({ name }) => name)).toEqual([
    ...['p99', 'p990', 'p991', 'p992', 'p993', 'p994', 'p995', 'p996', 'p997', 'p998', 'p999'],
  ])
  use('p7')
  const folder = join(cache(), 'profiles', encodeURIComponent(join(config(), 'config.json')))
  const file = join(folder, '.names.json')
  expect(namesOf('p99')).toEqual(byConfig.map(({ name }) => ({ name, provider: '' })))
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('"p99"', '"p99x"'))
  expect(namesOf('p99x')).toHaveLength(1)
  // A name that is none, and what others have cut off, count for nothing.
  writeFileSync(file, text.replace('"p99"', '"p99$(x)"'))
  expect(namesOf('p99')).toEqual(byConfig)
  writeFileSync(file, text.slice(0, -9))
  expect(namesOf('p99')).toEqual(byConfig)
  writeFileSync(file, text)
  give(998)
  expect(namesOf('p99').map(({ name }) => name)).not.toContain('p999')
})

it('throws for what is no configuration', () => {
  writeFileSync(join(config(), 'config.json'), '{', { mode: 0o600 })
  expect(() => namesOf()).toThrow('config.json')
})
