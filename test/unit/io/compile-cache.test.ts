import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { namesIn } from '../../../src/io/files/paths.ts'
import { prepareCompileCache } from '../../../src/io/process/compile-cache.ts'
import { requirePart } from '../../support/parts.ts'

let home = ''
const at = (...parts: readonly string[]) => join(home, ...parts)
const usual = () => at('.cache', 'tokn', 'compiled')
const prepare = () => prepareCompileCache({ HOME: home })

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tokn-compile-cache-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('the folder for compiled code', () => {
  it('is the user’s own, of mode 0700, and known to what lists our traces', () => {
    const before = process.umask(0)
    try {
      expect(prepare()).toBe(usual())
    } finally {
      process.umask(before)
    }
    for (const path of [usual(), at('.cache', 'tokn'), at('.cache')]) {
      expect(statSync(path).mode & 0o777).toBe(0o700)
    }
    expect(usual().endsWith(join('tokn', namesIn.cache.compiled))).toBe(true)
    // Another time as the first.
    expect(prepare()).toBe(usual())
  })

  it('is where XDG_CACHE_HOME says, unless that is relative', () => {
    const XDG_CACHE_HOME = at('x')
    expect(prepareCompileCache({ HOME: home, XDG_CACHE_HOME })).toBe(at('x', 'tokn', 'compiled'))
    expect(prepareCompileCache({ HOME: home, XDG_CACHE_HOME: 'x' })).toBe(usual())
    expect(existsSync(at('x', 'tokn', 'compiled'))).toBe(true)
  })

  it.each([
    ['no home', {}],
    ['an empty one', { HOME: '' }],
    ['a relative one', { HOME: 'home' }],
    ['the root directory', { HOME: '/' }],
    ['one that is not there', { HOME: '/tokn-no-such-home' }],
    ['a device', { HOME: '/dev/null' }],
    ['a cache below what is not there', { XDG_CACHE_HOME: '/tokn-no-such-home/x/y', HOME: '/' }],
  ])('is not made for %s', (_, environment) => {
    expect(prepareCompileCache(environment)).toBeUndefined()
    expect(existsSync('/tokn-no-such-home')).toBe(false)
    expect(existsSync('/tokn')).toBe(false)
    expect(existsSync('home')).toBe(false)
  })

  it.each<readonly [string, (path: string) => void]>([
    ['others may read it', (path) => chmodSync(path, 0o750)],
    ['others may write to it', (path) => chmodSync(path, 0o707)],
    ['others may write beside it', () => chmodSync(at('.cache', 'tokn'), 0o770)],
    ['others may write above it', () => chmodSync(at('.cache'), 0o702)],
    ['others may write to the home', () => chmodSync(home, 0o777)],
    [
      'it is a link',
      (path) => {
        rmSync(path, { recursive: true })
        mkdirSync(at('elsewhere'), { mode: 0o700 })
        symlinkSync(at('elsewhere'), path)
      },
    ],
    [
      'the folder above it is a link',
      () => {
        rmSync(at('.cache', 'tokn'), { recursive: true })
        mkdirSync(at('elsewhere', 'compiled'), { recursive: true, mode: 0o700 })
        symlinkSync(at('elsewhere'), at('.cache', 'tokn'))
      },
    ],
    [
      'it is a file',
      (path) => {
        rmSync(path, { recursive: true })
        writeFileSync(path, '')
      },
    ],
    [
      'it is a dangling link',
      (path) => (rmSync(path, { recursive: true }), symlinkSync('x', path)),
    ],
  ])('is not used where %s', (_, change) => {
    expect(prepare()).toBe(usual())
    change(usual())
    expect(prepare()).toBeUndefined()
  })

  it.skipIf(!requirePart('root'))('is not used where it, or one above it, is of another', () => {
    for (const path of [usual(), at('.cache', 'tokn'), home]) {
      expect(prepare()).toBe(usual())
      chownSync(path, 65_534, 65_534)
      expect(prepare()).toBeUndefined()
      chownSync(path, 0, 0)
    }
  })

  it('may be in a folder of all users where each can remove but what is its own', () => {
    chmodSync(home, 0o1777)
    expect(prepare()).toBe(usual())
  })
})
