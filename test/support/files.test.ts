import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { findNewTexts } from './files.ts'

const directory = mkdtempSync(join(tmpdir(), 'tokn-found-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it.each([
  ['beside its folders', 'file'],
  ['in a folder', 'journal/file'],
  ['in a folder of a folder', 'locks/entry/file'],
  ['deeper', 'locks/entry/of/an/entry'],
])('finds a text that was put %s', (_name, place) => {
  const since = Date.now()
  const path = join(directory, String(place.length), place)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'a secret, here')
  const found = [`${path}: secret`]
  expect(findNewTexts(join(directory, String(place.length)), ['secret'], since)).toEqual(found)
})

it('does not look into what nobody touched since', () => {
  const old = join(directory, 'old/locks/entry')
  mkdirSync(old, { recursive: true })
  writeFileSync(join(old, 'file'), 'a secret, here')
  utimesSync(old, 1, 1)
  expect(findNewTexts(join(directory, 'old'), ['secret'], Date.now())).toEqual([])
})
