import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profile } from '../../../src/core/profile.ts'
import { overviewOf } from '../../../src/core/overview.ts'
import { readableProfiles } from '../../../src/session/choose-profile.ts'
import { listAllLocal } from '../../../src/session/list-local.ts'
import type { HomeEntry, SharedHome } from '../../../src/session/move/home.ts'
import { profilesOf } from '../../../src/session/move/plan-moves.ts'
import { start } from './memory-ports.ts'
import { openScripted, web } from './scripted.ts'

const fault = new ToknError('store', 'the profile is not to be trusted', { fault: 'damaged' })

/** A store for many machines, into which somebody has written a row. */
function open(thrown = fault) {
  const { ports } = openScripted()
  const read = (): Profile => {
    throw thrown
  }
  const bad = { name: 'bad', id: 'two', store: web.store, read }
  const outlines = () => [bad, { name: web.name, id: web.id, store: web.store, read: () => web }]
  const profiles = { ...ports.profiles, outlines }
  const { index } = ports
  index.put('one', { generation: 1, expiry: { state: 'never' }, obtainedAt: start })
  const overview = async () => overviewOf({ profiles, index })
  return { ...ports, profiles, overview, warnings: ports.warnings }
}

describe('a row that is not trusted takes the others from nobody', () => {
  it('among profiles', () => {
    expect(readableProfiles(open().profiles)).toEqual([web])
    // That the key does not fit is about all of them.
    const { profiles } = open(new ToknError('store', 'another key'))
    expect(() => readableProfiles(profiles)).toThrow('another key')
  })

  it('in a list of tokens, which names it', async () => {
    const ports = open()
    expect((await listAllLocal(ports)).tokens).toMatchObject([{ savedAs: 'web' }])
    expect(ports.warnings.join()).toMatch(/^bad is left out: the profile is not to be trusted/)
  })

  it('for what moves all sessions, and is told to who names it', async () => {
    const ports = open()
    const rows: readonly HomeEntry[] = [
      { id: 'two', name: 'bad', generation: 1, fault },
      { id: 'one', name: 'web', generation: 1, profile: web },
    ]
    const home = { list: async () => rows } as unknown as SharedHome
    expect(await profilesOf(ports, home, undefined)).toEqual([web])
    expect(ports.warnings.join()).toMatch(/^bad is left out/)
    expect(await profilesOf(ports, home, ['web'])).toEqual([web])
    await expect(profilesOf(ports, home, ['bad'])).rejects.toBe(fault)
  })
})
