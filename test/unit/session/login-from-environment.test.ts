import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ledger } from '../../../src/core/ledger.ts'
import type { IndexEntry } from '../../../src/core/ports.ts'
import { openInMemoryPorts } from '../../../src/app/in-memory-ports.ts'
import { openFiles } from '../../../src/io/files/files.ts'
import { openLedger } from '../../../src/io/files/ledger.ts'
import { accountKey, unattendedKey } from '../../../src/session/ledger-keys.ts'
import type { Ports } from '../../../src/session/ports.ts'
import { openWorld, type SessionWorld } from './world.ts'

let world: SessionWorld
let directory: string
let real: Ledger
let ports: Ports

beforeAll(async () => {
  world = await openWorld('definition')
  // That of the world is the user's own, wherever its home is.
  directory = mkdtempSync(join(tmpdir(), 'tokn-ledger-'))
  real = openLedger({ files: openFiles(), directory })
  ports = { ...world.ports, ledger: async () => real }
})

afterAll(async () => {
  await world.close()
  rmSync(directory, { recursive: true })
})

const account = (id: string, client: string) =>
  accountKey({ settings: { client } }, { id, origins: ['https://a'], budget: { per: 'client' } })!

/** What a command counts, and whether the next command, of any provider, gets to know it. */
const counts: ReadonlyArray<readonly [key: string, kind: 'logins' | 'refreshes', kept: boolean]> = [
  [account('mcs', 'one'), 'logins', true],
  [account('own', 'a|b'), 'logins', true],
  // A provider that somebody calls by the word of ours.
  [account('unattended', 'one'), 'logins', true],
  [`${account('mcs', 'one')}|environment`, 'refreshes', false],
  [account('mcs', 'two'), 'refreshes', false],
  [unattendedKey({ id: 'environment' }), 'logins', false],
  [unattendedKey({ id: 'environment-tokn_token' }), 'logins', false],
  [unattendedKey({ id: 'environment-' }), 'logins', false],
  [unattendedKey({ id: 'c0ffee' }), 'logins', false],
]

describe('of a command without a session', () => {
  it.each(counts)('%s: is counted (%s), and kept: %s', async (key, kind, kept) => {
    const own = await openInMemoryPorts(ports).ledger('memory')
    await own.add(key, kind, 1_000)
    expect((await own.read(key))[kind]).toEqual([1_000])
    const other = await openInMemoryPorts(ports).ledger('memory')
    for (const one of [real, other])
      expect((await one.read(key))[kind]).toEqual(kept ? [1_000] : [])
  })

  it('its index tells of those alone that are asked for', () => {
    const { index } = openInMemoryPorts(ports)
    const entry: IndexEntry = { generation: 1, obtainedAt: 1, expiry: { state: 'never' } }
    index.put('one', entry)
    index.put('two', entry)
    expect([...index.getAll(['two', 'three']).keys()]).toEqual(['two'])
  })

  it('what another session was refused says nothing', async () => {
    await real.add(unattendedKey({ id: 'environment' }), 'logins', 2_000)
    const own = await openInMemoryPorts(ports).ledger('memory')
    expect((await own.read(unattendedKey({ id: 'environment' }))).logins).toEqual([])
  })

  it('a reset forgets what it names, and no more', async () => {
    const own = await openInMemoryPorts(ports).ledger('memory')
    const key = unattendedKey({ id: 'environment' })
    await own.add(key, 'logins', 1)
    await own.add(key, 'refreshes', 2)
    await own.reset(key, 'refreshes')
    expect(await own.read(key)).toEqual({ logins: [1], refreshes: [] })
  })
})
