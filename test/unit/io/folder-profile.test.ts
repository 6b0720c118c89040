import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeFolderFile, writeFolderFile } from '../../../src/io/files/bind-folder.ts'
import { listFolderFiles, readFolderFile } from '../../../src/io/files/folder-profile.ts'
import { requirePart } from '../../support/parts.ts'

const root = requirePart('root')
const stranger = 54_321

let home: string
let folder: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tokn-folder-'))
  folder = join(home, 'a/b')
  mkdirSync(folder, { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const at = (...parts: readonly string[]) => join(home, ...parts)

function put(path: string, content: string, mode = 0o644): void {
  writeFileSync(at(path), content)
  chmodSync(at(path), mode)
}

/** What each file on the way up comes to. */
function found(start = folder, end = home) {
  return [...listFolderFiles(start, end)].map(
    ({ name, ignored, wrong }) => name ?? ignored ?? wrong?.message.replaceAll(home, 'HOME'),
  )
}

describe('the files of a folder and those above it', () => {
  it('are none where there are none', () => {
    expect(found()).toEqual([])
    expect(found(undefined)).toEqual([])
    expect(found(at('gone/below'))).toEqual([])
  })

  it('come nearest first, and end at the home', () => {
    put('.tokn', 'web\n')
    put('a/.tokn', 'iot\n')
    put('a/b/.tokn', 'vis\n')
    expect(found()).toEqual(['vis', 'iot', 'web'])
    expect(found(at('a'))).toEqual(['iot', 'web'])
    expect(found(folder, at('a'))).toEqual(['vis', 'iot'])
    expect(found(folder, `${at('a')}/`)).toEqual(['vis', 'iot'])
  })

  it('end at a home that is a link, as well', () => {
    put('.tokn', 'web\n')
    put('a/.tokn', 'iot\n')
    put('a/b/.tokn', 'vis\n')
    symlinkSync(at('a'), at('link'))
    expect(found(folder, at('link'))).toEqual(['vis', 'iot'])
    expect(found(at('link/b'), at('link'))).toEqual(['vis', 'iot'])
    symlinkSync(at('gone'), at('nowhere'))
    expect(found(folder, at('nowhere'))).toEqual(['vis', 'iot', 'web'])
  })

  it('end at the root elsewhere', () => {
    put('.tokn', 'web\n')
    expect(found(folder, '/nonexistent')).toEqual(['web'])
  })

  it('say where they are', () => {
    put('a/.tokn', 'iot\n')
    const [file] = [...listFolderFiles(folder, home)]
    expect(file).toEqual({ path: at('a/.tokn'), shown: at('a/.tokn'), link: false, name: 'iot' })
  })
})

describe('what does not count', () => {
  it('is a directory, and that is not told', () => {
    mkdirSync(at('a/b/.tokn'))
    put('a/.tokn', 'iot\n')
    symlinkSync(at('a'), at('.tokn'))
    expect(found()).toEqual(['iot'])
  })

  it.skipIf(!requirePart('mkfifo'))('is a pipe, for which nobody waits', () => {
    execFileSync('mkfifo', [at('a/b/.tokn')])
    symlinkSync(at('a/b/.tokn'), at('a/.tokn'))
    expect(found()).toEqual(['is not a regular file', 'is not a regular file'])
  })

  it.skipIf(!requirePart('linux'))('is a device, however it is reached', () => {
    symlinkSync('/dev/zero', at('a/.tokn'))
    expect(found()).toEqual(['is not a regular file'])
  })

  it('is a file that everybody may write; a group may', () => {
    put('a/b/.tokn', 'vis\n', 0o666)
    put('a/.tokn', 'iot\n', 0o664)
    put('.tokn', 'iot\n', 0o602)
    expect(found()).toEqual(['can be written by everybody', 'iot', 'can be written by everybody'])
  })

  it.skipIf(!root)('is a file of another user, or a link of theirs', () => {
    put('a/b/.tokn', 'vis\n')
    chownSync(at('a/b/.tokn'), stranger, stranger)
    put('ours', 'web\n')
    symlinkSync(at('ours'), at('a/.tokn'))
    lchownSync(at('a/.tokn'), stranger, stranger)
    symlinkSync(at('a/b/.tokn'), at('.tokn'))
    expect(found()).toEqual(Array<string>(3).fill('belongs to another user'))
  })
})

describe('what is wrong', () => {
  it.each([
    ['web\niot\n', 'HOME/a/.tokn says more than the name of a profile'],
    [' '.repeat(5_000), 'HOME/a/.tokn has more than 4096 bytes'],
  ])('is a file of ours that is none: %#', (content, message) => {
    put('a/.tokn', content)
    expect(found()).toEqual([message])
  })

  it('is a link to nothing, or to itself', () => {
    symlinkSync(at('nowhere'), at('a/b/.tokn'))
    symlinkSync('.tokn', at('a/.tokn'))
    expect(found()).toEqual([
      'cannot read HOME/a/b/.tokn: no such file or directory',
      'cannot read HOME/a/.tokn: it is a symbolic link',
    ])
  })

  it('but not a link of ours to a file of ours', () => {
    put('ours', 'web\n')
    symlinkSync(at('ours'), at('a/.tokn'))
    expect(found()).toEqual(['web'])
    expect(readFolderFile(at('a'))).toMatchObject({ link: true })
  })
})

describe('a file that is written', () => {
  it('can be read by everybody, and leaves nothing else behind', () => {
    const path = at('a/.tokn')
    writeFolderFile(path, 'web')
    expect(readFileSync(path, 'utf8')).toBe('web\n')
    expect(statSync(path).mode & 0o777 & ~0o644).toBe(0)
    writeFolderFile(path, 'iot')
    expect(found()).toEqual(['iot'])
    expect(readdirSync(at('a')).toSorted()).toEqual(['.tokn', 'b'])
    removeFolderFile(path)
    expect(found()).toEqual([])
  })

  it('clears what a killed writer left of it, and nothing of others', () => {
    const [left, young, foreign] = ['..tokn.a-0-b.tmp', '..tokn.a-0-c.tmp', '.x.a-0-b.tmp']
    for (const name of [left, young, foreign]) put(`a/${name}`, 'web')
    for (const name of [left, foreign]) utimesSync(at('a', name), 1_000, 1_000)
    writeFolderFile(at('a/.tokn'), 'web')
    expect(readdirSync(at('a')).toSorted()).toEqual([young, '.tokn', foreign, 'b'].toSorted())
  })

  it('is a failure where it cannot be', () => {
    const refused = (message: string) => expect.objectContaining({ code: 'usage', message })
    expect(() => writeFolderFile(at('gone/.tokn'), 'web')).toThrow(
      refused(`cannot write ${at('gone/.tokn')}: no such file or directory`),
    )
    expect(() => removeFolderFile(at('.tokn'))).toThrow(
      refused(`cannot remove ${at('.tokn')}: no such file or directory`),
    )
    mkdirSync(at('a/.tokn'))
    expect(() => writeFolderFile(at('a/.tokn'), 'web')).toThrow(/^cannot write /)
    expect(readdirSync(at('a')).toSorted()).toEqual(['.tokn', 'b'])
  })
})
