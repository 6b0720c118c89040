import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { IndexEntry } from '../../../src/core/ports.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openIndex } from '../../../src/io/files/index-file.ts'

const id = 'k3J9-0123456789abcdef_'
let directory = ''
const warnings: string[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-index-'))
  warnings.length = 0
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open() {
  const files = openFiles()
  return openIndex({
    directory: join(directory, 'index'),
    files,
    warn: (text) => warnings.push(text),
  })
}

const entry: IndexEntry = {
  generation: 7,
  expiry: { state: 'at', at: 1_800_000_000_000, sliding: true },
  refreshExpiry: { state: 'never' },
  fixed: true,
  origin: 'https://api.example',
  renewal: 'access',
  credentialsKept: true,
  renewalEnd: { at: 1_900_000_000_000, since: 1, asked: 2, credentials: true },
  obtainedAt: 1_700_000_000_000,
  tokenId: '66a6',
  tokenName: 'ci',
  scopes: ['GET /objects'],
  fingerprint: '9f2c11ab',
  history: [{ generation: 7, at: 1, reason: 'expired', command: 'token', pid: 1, parent: 'bash' }],
}

it('keeps an entry', () => {
  open().put(id, entry)
  expect(open().get(id)).toEqual(entry)
  expect(readdirSync(join(directory, 'index'))).toEqual([`${id}.json`])
  open().remove(id)
  open().remove(id)
  expect(open().get(id)).toBeUndefined()
  expect(warnings).toEqual([])
})

it('reads a smaller one', () => {
  open().put(id, { generation: 1, expiry: { state: 'unknown' }, obtainedAt: 0 })
  expect(open().get(id)).toMatchObject({ generation: 1, expiry: { state: 'unknown' } })
})

it.each([
  ['empty', ''],
  ['torn', '{"generation":1,"obtain'],
  ['null', 'null'],
  ['a list', '[]'],
  ['without a generation', '{"obtainedAt":1}'],
  ['with a wrong generation', '{"generation":"1","obtainedAt":1}'],
  ['with an infinite instant', '{"generation":1,"obtainedAt":1e999}'],
  ['with an instant that no calendar has', '{"generation":1,"obtainedAt":9007199254740991}'],
  ['too long', ' '.repeat(300_000)],
])('reads one that is %s as absent', (_name, text) => {
  open().put(id, entry)
  writeFileSync(join(directory, 'index', `${id}.json`), text)
  expect(open().get(id)).toBeUndefined()
})

it('reads wrong parts as absent, and pollutes nothing', () => {
  open().put(id, entry)
  const text =
    '{"generation":1,"obtainedAt":1,"expiry":{"state":"at","at":"x"},"scopes":["a",1],"history":[{"at":1},null],"tokenId":5,"__proto__":{"polluted":true}}'
  writeFileSync(join(directory, 'index', `${id}.json`), text)
  const read = open().get(id)
  expect(read).toMatchObject({ expiry: { state: 'unknown' }, scopes: ['a'], history: [] })
  expect(read).not.toHaveProperty('polluted')
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

it('has no entry for what is no id, and writes none', () => {
  for (const name of ['../x', 'a/b', '', '.', 'x'.repeat(65), 'a\0b']) {
    open().put(name, entry)
    expect(open().get(name)).toBeUndefined()
    open().remove(name)
  }
  expect(readdirSync(directory)).toEqual([])
})

it('warns, and no more, when it cannot write', () => {
  open().put(id, entry)
  chmodSync(join(directory, 'index'), 0o777)
  open().put(id, { ...entry, generation: 8 })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('other users may write to it')
})

it('reads what the system refuses as absent, and lets a bug of ours through', () => {
  const failing = (error: Error) => {
    const fail = () => {
      throw error
    }
    return openIndex({ directory, files: { ...openFiles(), read: fail, list: fail } })
  }
  const denied = failing(Object.assign(new Error('denied'), { code: 'EACCES', syscall: 'open' }))
  expect([denied.get(id), denied.list()]).toEqual([undefined, []])
  const broken = failing(new TypeError('a bug'))
  expect(() => broken.get(id)).toThrow('a bug')
  expect(() => broken.list()).toThrow('a bug')
})
