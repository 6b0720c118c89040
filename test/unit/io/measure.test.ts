import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { measure, namesAt } from '../../../src/io/files/measure.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-measure-'))
  mkdirSync(join(folder, 'b'))
  writeFileSync(join(folder, 'b', 'one'), '12345')
  writeFileSync(join(folder, 'a'), '1')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('counts what there is, and says where there is nothing', () => {
  expect(measure(folder)).toEqual({ sight: 'there', files: 2, bytes: 6 })
  expect(measure(join(folder, 'none'))).toEqual({ sight: 'absent' })
  expect(measure(join(folder, 'a', 'below'))).toEqual({ sight: 'absent' })
  expect(measure(join(folder, 'x'.repeat(300)))).toEqual({ sight: 'unreadable' })
  expect(namesAt(folder)).toEqual(['a', 'b'])
  expect(namesAt(join(folder, 'none'))).toEqual([])
  expect(namesAt(join(folder, 'a'))).toEqual([])
})

it('does not take a bug of ours for a folder that cannot be read', () => {
  expect(() => measure('a\0b')).toThrow('null bytes')
  expect(() => namesAt('a\0b')).toThrow('null bytes')
})
