import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTokenFile as open } from '../../../src/io/files/token-file.ts'

let folder = ''
const at = (...parts: readonly string[]) => join(folder, ...parts)

const notes = () => join(folder, '..', `${basename(folder)}-notes`, 'token-files')
const openTokenFile = (path: string) => open(path, notes())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-token-file-'))
})
afterEach(() => {
  for (const path of [folder, join(notes(), '..')]) rmSync(path, { recursive: true, force: true })
})

test('J4: is replaced whole, for its user alone, and without a newline', () => {
  const file = openTokenFile(at('web'))
  expect(file.isThere()).toBe(false)
  file.write('one')
  const before = lstatSync(at('web')).ino
  file.write('two')
  expect(lstatSync(at('web')).ino).not.toBe(before)
  expect(readFileSync(at('web'), 'utf8')).toBe('two')
  expect(lstatSync(at('web')).mode & 0o777).toBe(0o600)
  expect(file.isThere()).toBe(true)
  expect(readdirSync(folder)).toEqual(['web'])
})

test('is seen to be gone, or to be another, and removed at the end', () => {
  const file = openTokenFile(at('web'))
  file.write('one')
  rmSync(at('web'))
  expect(file.isThere()).toBe(false)
  file.write('two')
  file.remove()
  file.remove()
  expect(readdirSync(folder)).toEqual([])
})

test.each<[string, (path: string) => void]>([
  ['open to others', (path) => chmodSync(path, 0o750)],
  ['not there', (path) => rmSync(path, { recursive: true })],
  [
    'a link',
    (path) => {
      rmSync(path, { recursive: true })
      symlinkSync(folder, path)
    },
  ],
  [
    'a file',
    (path) => {
      rmSync(path, { recursive: true })
      writeFileSync(path, '')
    },
  ],
])('wants no folder that is %s', (_, spoil) => {
  mkdirSync(at('t'), { mode: 0o700 })
  const file = openTokenFile(at('t', 'web'))
  spoil(at('t'))
  expect(() => file.write('one')).toThrow(/folder (?:of a token file|\S+ for the token file)/)
  expect(() => openTokenFile(at('t', 'web'))).toThrow(
    /folder (?:of a token file|\S+ for the token file)/,
  )
})

test('J4: never writes through a link, nor over what is no file', () => {
  writeFileSync(at('target'), 'kept')
  symlinkSync(at('target'), at('web'))
  mkdirSync(at('folder'))
  for (const name of ['web', 'folder']) {
    expect(() => openTokenFile(at(name))).toThrow(/is no plain file of yours/)
  }
  rmSync(at('web'))
  const file = openTokenFile(at('web'))
  file.write('one')
  rmSync(at('web'))
  symlinkSync(at('target'), at('web'))
  expect(file.isThere()).toBe(false)
  expect(() => file.write('two')).toThrow(/is no plain file of yours/)
  file.remove()
  expect(lstatSync(at('web')).isSymbolicLink()).toBe(true)
  expect(readFileSync(at('target'), 'utf8')).toBe('kept')
})

test('J4: leaves a file alone that somebody else has written, before and meanwhile', () => {
  writeFileSync(at('web'), 'a key of ssh')
  expect(() => openTokenFile(at('web'))).toThrow(/is no token file of tokn/)
  rmSync(at('web'))
  const file = openTokenFile(at('web'))
  file.write('one')
  for (const content of ['a note', '']) {
    writeFileSync(at('web'), content)
    expect(file.isThere()).toBe(false)
    expect(() => file.write('two')).toThrow(/is no token file of tokn/)
    expect(file.remove()).toBe(false)
    expect(readFileSync(at('web'), 'utf8')).toBe(content)
  }
})

test.each(['one', 'two'])('knows %s, which one before it has left, killed as it wrote', (left) => {
  const before = openTokenFile(at('web'))
  before.write('one')
  before.write('two')
  writeFileSync(at('web'), left)
  const file = openTokenFile(at('web'))
  file.write('three')
  expect(openTokenFile(at('web')).remove()).toBe(true)
  expect(readdirSync(folder)).toEqual([])
})

test('holds no token in its notes, and has a file where no note can be kept', () => {
  const file = openTokenFile(at('web'))
  file.write('a-token-of-some-length')
  const [name = ''] = readdirSync(notes())
  expect(readFileSync(join(notes(), name), 'utf8')).not.toContain('token')
  file.remove()
  expect(readdirSync(notes())).toEqual([])
  rmSync(notes(), { recursive: true })
  writeFileSync(notes(), '')
  const unnoted = openTokenFile(at('web'))
  unnoted.write('one')
  unnoted.write('two')
  expect(unnoted.remove()).toBe(true)
  expect(readdirSync(folder)).toEqual([])
})

test('goes from a folder that was opened to others, and stays out of it', () => {
  mkdirSync(at('t'), { mode: 0o700 })
  const file = openTokenFile(at('t', 'web'))
  file.write('one')
  chmodSync(at('t'), 0o777)
  expect(() => file.write('two')).toThrow(/closed to all others/)
  expect(file.remove()).toBe(true)
  expect(readdirSync(at('t'))).toEqual([])
})
