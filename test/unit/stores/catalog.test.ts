import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openMemory } from '../../../src/stores/memory.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openStore, restsInData, storeCatalog } from '../../../src/stores/catalog.ts'

const directory = mkdtempSync(join(tmpdir(), 'tokn-catalog-'))
afterAll(() => rmSync(directory, { recursive: true }))

const surroundings = {
  files: openFiles(),
  directory,
  lock: async () => {
    throw new Error('nothing is locked here')
  },
  storeKey: () => undefined,
  passphrase: async () => undefined,
  environment: {},
  run: async () => undefined,
  terminal: () => undefined,
  shared: async (kind: string) => ({ ...openMemory(), kind }),
}

describe('the catalogue of stores', () => {
  it.each(storeCatalog.kinds)(
    '%s: is found by its name, and is what its traits say',
    async (kind) => {
      expect(storeCatalog.find(kind)).toBe(kind)
      const traits = storeCatalog.traits(kind)
      const store = await openStore(kind, surroundings)
      expect(store.kind).toBe(kind)
      expect(traits.kind).toBe(kind)
      expect(store.list !== undefined).toBe(traits.listsEntries)
      expect(store.describe()).toMatch(/^[a-z]/)
    },
  )

  it('knows each name once, and no other', () => {
    expect(new Set(storeCatalog.kinds).size).toBe(storeCatalog.kinds.length)
    for (const value of ['', 'Keychain', 'toString', undefined, null, 3, ['file']]) {
      expect(storeCatalog.find(value)).toBeUndefined()
    }
    expect(() => storeCatalog.traits('other')).toThrow('no store "other"')
  })

  it('keeps the sessions of a profile for the next process, and those of one command nowhere', () => {
    expect(storeCatalog.traits(storeCatalog.usual).outlivesProcess).toBe(true)
    expect(storeCatalog.traits(storeCatalog.transient).outlivesProcess).toBe(false)
  })

  it('says of which locks processes can meet beside the data', () => {
    expect(restsInData('file:0123')).toBe(true)
    expect(restsInData('keychain:0123')).toBe(false)
    expect(restsInData('config:/home/file')).toBe(false)
    expect(restsInData('doctor')).toBe(false)
  })
})
