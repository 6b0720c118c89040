import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { noteHome } from '../../../src/io/files/note-home.ts'
import { readNotedHome } from '../../../src/io/files/noted-home.ts'
import { locatePaths } from '../../../src/io/files/paths.ts'
import { requirePart } from '../../support/parts.ts'

let folder = ''
const note = () => join(folder, 'state', 'home')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-noted-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('gives what was noted, for its owner alone', () => {
  expect(readNotedHome(note())).toBeUndefined()
  for (const home of ['/home/a', '/home/ü b', '/']) {
    noteHome(note(), home)
    expect(readNotedHome(note())).toBe(home)
  }
  expect(statSync(note()).mode & 0o777).toBe(0o600)
})

it.each([
  '',
  '\n',
  '/home/a\n',
  `elsewhere ${process.geteuid?.()} /home/a\n`,
  `${hostname()} 54329 /home/a\n`,
  `${hostname()} ${process.geteuid?.()} \n`,
  `${hostname()} ${process.geteuid?.()} home/a\n`,
])('takes nothing from %j, and writes it anew', (text) => {
  mkdirSync(join(folder, 'state'))
  writeFileSync(note(), text)
  expect(readNotedHome(note())).toBeUndefined()
  noteHome(note(), '/home/a')
  expect(readNotedHome(note())).toBe('/home/a')
})

it('is not written where it cannot be, and nothing fails', () => {
  writeFileSync(join(folder, 'state'), '')
  noteHome(note(), '/home/a')
  expect(readNotedHome(note())).toBeUndefined()
})

it('is not written again where it says so already', () => {
  noteHome(note(), '/home/a')
  chmodSync(note(), 0o400)
  noteHome(note(), '/home/a')
  expect(statSync(note()).mode & 0o777).toBe(0o400)
})

it.skipIf(!requirePart('passwd entry'))('is made before anything is put in that home', () => {
  const environment = { HOME: folder }
  const state = join(folder, '.local', 'state', 'tokn')
  const before = locatePaths(environment)
  expect(before.common).not.toBe('')
  expect(before.notedFolders).toEqual(before.sharedFolders)
  expect(() => statSync(state)).toThrow('ENOENT')
  expect(before.notedCommon).toBe(before.common)
  expect(readFileSync(join(state, 'home'), 'utf8')).toMatch(/ \/.*\n$/)
  expect(locatePaths(environment).notedFolders).toEqual(before.sharedFolders)
  writeFileSync(join(state, 'home'), `${hostname()} ${process.geteuid?.()} /home/of-before\n`)
  const [first, ...others] = locatePaths(environment).notedFolders
  expect(first?.root).toBe('/home/of-before')
  expect(others).toEqual(before.sharedFolders.slice(1))
})

it('makes nobody a home', () => {
  const home = join(folder, 'not-there')
  const { common, notedCommon } = locatePaths({ HOME: home })
  expect(notedCommon).toBe(common)
  expect(() => statSync(home)).toThrow('ENOENT')
})
