import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openFiles } from '../../../src/io/files/files.ts'
import { openLedger } from '../../../src/io/files/ledger.ts'
import { buildProgram } from '../../support/build-program.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-ledger-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open() {
  return openLedger({ directory: join(directory, 'ledger'), files: openFiles() })
}

function path(): string {
  return join(directory, 'ledger', readdirSync(join(directory, 'ledger'))[0]!)
}

it('D21: counts, by key and kind, and starts anew when told', async () => {
  const ledger = open()
  expect(await ledger.read('a')).toEqual({ logins: [], refreshes: [] })
  await ledger.add('a', 'logins', 1_700_000_000_000.7)
  await ledger.add('a', 'refreshes', 5)
  await ledger.add('a', 'refreshes', 6)
  await ledger.add('b', 'refreshes', 7)
  expect(await open().read('a')).toEqual({ logins: [1_700_000_000_000], refreshes: [5, 6] })
  await ledger.reset('a', 'refreshes')
  await ledger.add('a', 'refreshes', 8)
  expect(await open().read('a')).toEqual({ logins: [1_700_000_000_000], refreshes: [8] })
  expect(await open().read('b')).toEqual({ logins: [], refreshes: [7] })
  expect(statSync(path()).mode & 0o777).toBe(0o600)
})

it('counts what processes wrote elsewhere that see another home', async () => {
  const place = (name: string) => join(directory, name)
  const at = (name: string) =>
    openLedger({ files: openFiles(), directory: place(name), all: ['a', 'b', 'c'].map(place) })
  await at('a').add('k', 'refreshes', 5)
  await at('b').add('k', 'refreshes', 3)
  await at('c').add('other', 'refreshes', 4)
  await at('a').add('k', 'logins', 1)
  for (const name of ['a', 'b', 'c']) {
    expect(await at(name).read('k')).toEqual({ logins: [1], refreshes: [3, 5] })
  }
  await at('c').reset('k', 'refreshes')
  expect(await at('a').read('k')).toEqual({ logins: [1], refreshes: [] })
  await at('b').add('k', 'refreshes', 6)
  expect(await at('c').read('k')).toEqual({ logins: [1], refreshes: [6] })
  expect(await at('b').read('other')).toEqual({ logins: [], refreshes: [4] })
})

it('passes over a line that a crash tore, and goes on after it', async () => {
  const ledger = open()
  await ledger.add('a', 'logins', 1)
  await ledger.add('a', 'logins', 2)
  truncateSync(path(), statSync(path()).size - 2)
  await ledger.add('a', 'logins', 3)
  appendFileSync(path(), 'garbage\0\nadd logins -5\nadd logins 1e9\nadd nothing 1')
  await ledger.add('a', 'logins', 4)
  expect((await ledger.read('a')).logins).toEqual([1, 3, 4])
})

it('stays small', async () => {
  const ledger = open()
  await ledger.add('a', 'logins', 1)
  appendFileSync(path(), 'add refreshes 12345678901\n'.repeat(10_000))
  await ledger.add('a', 'refreshes', 2)
  expect(statSync(path()).size).toBeLessThan(40_000)
  expect((await ledger.read('a')).logins).toEqual([1])
  expect((await ledger.read('a')).refreshes.at(-1)).toBe(2)
})

it('loses nothing when processes add at the same time', async () => {
  const program = await buildProgram(
    join(import.meta.dirname, 'ledger-program.ts'),
    join(directory, 'program'),
  )
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, [program, join(directory, 'ledger')], { stdio: 'inherit' }),
  )
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))))
  expect((await open().read('a')).refreshes).toHaveLength(6 * 20)
})

it('D21: adds nothing where as many are counted as there may be', async () => {
  const ledger = open()
  const limit = { below: 2, since: 4 }
  await ledger.add('a', 'refreshes', 4)
  expect(await ledger.add('a', 'refreshes', 5, limit)).toBe(true)
  expect(await ledger.add('a', 'refreshes', 6, limit)).toBe(true)
  expect(await ledger.add('a', 'refreshes', 7, limit)).toBe(false)
  expect((await ledger.read('a')).refreshes).toEqual([4, 5, 6])
})
