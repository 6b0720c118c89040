import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFolderChoice } from '../../../src/app/folder-choice.ts'
import { ToknError } from '../../../src/core/errors.ts'

const start = process.cwd()
let folder: string
let warnings: string[]
let notes: string[]
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tokn-choice-')))
  mkdirSync(join(folder, 'below'))
  process.chdir(join(folder, 'below'))
  warnings = []
  notes = []
})
afterEach(() => {
  process.chdir(start)
  rmSync(folder, { recursive: true })
})

const open = () => openFolderChoice((name) => notes.push(name))
const warn = (text: string) => void warnings.push(text)

describe('the choice of a folder', () => {
  it('is the nearest that counts; what is ignored is told once', () => {
    writeFileSync(join(folder, '.tokn'), 'web\n', { mode: 0o644 })
    writeFileSync('.tokn', 'iot\n')
    chmodSync('.tokn', 0o666)
    const choice = open()
    for (const _ of [1, 2]) {
      expect(choice.find(warn)).toEqual({ name: 'web', shown: join(folder, '.tokn') })
    }
    const ignored = join(folder, 'below/.tokn')
    expect(warnings).toEqual([`${ignored} is ignored: it can be written by everybody`])
    expect(notes).toEqual(['web'])
  })

  it('is looked for once, also where there is none', () => {
    const choice = open()
    expect(choice.find(warn)).toBeUndefined()
    writeFileSync('.tokn', 'web\n')
    expect(choice.find(warn)).toBeUndefined()
    expect([warnings, notes]).toEqual([[], []])
  })

  it('fails where the nearest file is wrong', () => {
    writeFileSync(join(folder, '.tokn'), 'web\n')
    writeFileSync('.tokn', 'web\niot\n')
    expect(() => open().find(warn)).toThrow('says more than the name of a profile')
  })
})

describe('an error that speaks of the profile', () => {
  const error = new ToknError('reauth_required', '"web" is not logged in', {
    hint: 'tokn login web',
    exit: 111,
  })

  it('says which file has named it, and stays what it is', () => {
    writeFileSync('.tokn', 'web\n')
    const choice = open()
    choice.find(warn)
    const message = `"web" is not logged in ("web" is named by ${join(folder, 'below/.tokn')})`
    const told = choice.explain(error)
    expect(told).toMatchObject({ code: 'reauth_required', message, hint: 'tokn login web' })
    expect(told).toMatchObject({ exit: 111, cause: error })
    expect(choice.explain(told)).toBe(told)
  })

  it('stays as it is where no file was asked, or speaks of another thing', () => {
    writeFileSync('.tokn', 'web\n')
    const choice = open()
    expect(choice.explain(error)).toBe(error)
    choice.find(warn)
    const others = [new ToknError('network', 'no connection'), new Error('"web"'), undefined]
    for (const other of others) expect(choice.explain(other)).toBe(other)
  })
})
