import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { editWhole, readEdited, writeEdited } from '../../../src/io/files/edited-file.ts'

let folder = ''
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-edited-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a file is replaced where its link leads to, with its mode and its mark', () => {
  writeFileSync(at('real'), '\ufeffone')
  chmodSync(at('real'), 0o640)
  symlinkSync(at('real'), at('link'))
  const before = readEdited(at('link'))
  expect(before).toBe('\ufeffone')
  writeEdited(at('link'), '\ufefftwo', before)
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
  expect(readFileSync(at('real'), 'utf8')).toBe('\ufefftwo')
  expect(statSync(at('real')).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['link', 'real'])
})

test('a file that is not ours under a name of ours stays, and does not stop a write', () => {
  const taken = `.file.tokn-${process.pid}.tmp`
  writeFileSync(at(taken), 'theirs')
  writeEdited(at('file'), 'one', undefined)
  expect(readFileSync(at(taken), 'utf8')).toBe('theirs')
  expect(readFileSync(at('file'), 'utf8')).toBe('one')
})

test('what was changed meanwhile is not written over', async () => {
  writeFileSync(at('file'), 'one')
  expect(() => writeEdited(at('file'), 'two', 'none')).toThrow(/changed by another program/)
  const edit = editWhole(at('file'), async (copy) => {
    writeFileSync(copy, 'ours')
    writeFileSync(at('file'), 'theirs')
  })
  await expect(edit).rejects.toThrow(/changed by another program/)
  expect(readFileSync(at('file'), 'utf8')).toBe('theirs')
  expect(readdirSync(folder)).toEqual(['file'])
})

test('steps that fail on the way leave the file as it was, and no copy', async () => {
  writeFileSync(at('file'), 'one')
  const edit = editWhole(at('file'), async (copy) => {
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    writeFileSync(copy, 'half')
    expect(readFileSync(at('file'), 'utf8')).toBe('one')
    throw new Error('killed')
  })
  await expect(edit).rejects.toThrow('killed')
  expect(readFileSync(at('file'), 'utf8')).toBe('one')
  expect(readdirSync(folder)).toEqual(['file'])
})
