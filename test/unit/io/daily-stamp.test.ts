import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { takeDay } from '../../../src/io/files/daily-stamp.ts'
import { openFiles } from '../../../src/io/files/files.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const hour = 3_600_000
let folder: string
let directory: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-stamp-'))
  directory = join(folder, 'warned')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const take = (name = 'one', now = noon) => takeDay({ directory, files: openFiles(), name, now })

it('is there once a day for each name', () => {
  expect([take(), take(), take('one', noon + 11 * hour), take('two')]).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect([take('one', noon + 12 * hour), take('one', noon + 13 * hour)]).toEqual([true, false])
})

it('leaves nothing of other days, not even of later ones', () => {
  take('one', noon + 300 * 24 * hour)
  take('two', noon - 24 * hour)
  expect(take()).toBe(true)
  expect(readdirSync(directory)).toEqual(['one.2026-01-15'])
})

it('is not there where it cannot be remembered', () => {
  writeFileSync(directory, 'in the way')
  expect(take()).toBe(false)
})

it('is not there where the folder cannot be', () => {
  writeFileSync(directory, '')
  expect([take(), take()]).toEqual([false, false])
  rmSync(directory)
  expect(take()).toBe(true)
})

it.each(['../one', '', 'a/b', 'a.b', 'x'.repeat(65)])('is none for %j', (name) => {
  expect(take(name)).toBe(false)
  expect(existsSync(directory)).toBe(false)
})

it('does not take a bug of ours for a day that is taken', () => {
  const fail = () => {
    throw new TypeError('a bug')
  }
  const broken = (files: object) => () =>
    takeDay({ directory, files: { ...openFiles(), ...files }, name: 'one', now: noon })
  expect(broken({ ensureDirectory: fail })).toThrow('a bug')
  expect(broken({ list: fail })).toThrow('a bug')
})
