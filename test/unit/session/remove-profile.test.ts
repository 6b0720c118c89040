import { describe, expect, it } from 'vitest'
import { ToknError } from '../../../src/core/errors.ts'
import type { Profiles } from '../../../src/core/ports.ts'
import type { SessionRecord } from '../../../src/core/record.ts'
import { diagnoseOrphans } from '../../../src/session/orphans.ts'
import { checkRemovable, removeProfile } from '../../../src/session/remove-profile.ts'
import { separateShared } from '../../../src/session/shared-ids.ts'
import { start, type MemoryPorts } from './memory-ports.ts'
import { keep, openLoggedIn, openScripted, recordFor, web } from './scripted.ts'

const dead = { state: 'dead', at: start, why: 'refused' } as const
const names = ({ profiles }: MemoryPorts) => profiles.list().map(({ name }) => name)

describe('a profile is removed', () => {
  it.each<readonly [string, Partial<SessionRecord> | undefined, string | undefined]>([
    ['without a session', undefined, undefined],
    ['with one that has ended', { standing: dead }, undefined],
    [
      'with one that it no longer fits',
      { binding: { provider: 'other' } },
      'profile "web" now has "shop" as provider, but its session belongs to "other"',
    ],
  ])('%s', async (_, record, alive) => {
    const { ports } = record === undefined ? openScripted() : await openLoggedIn({}, record)
    await checkRemovable(ports, 'web')
    expect(await removeProfile(ports, 'web')).toEqual({ alive })
    expect([names(ports), await (await ports.store('file')).read('one')]).toEqual([[], undefined])
    // The secret goes first: a kill leaves no session that no profile reaches.
    expect(ports.log.indexOf('erase file one')).toBeLessThan(ports.log.indexOf('forget web'))
  })

  it('not while its session can be used', async () => {
    const { ports } = await openLoggedIn()
    const said = {
      code: 'usage',
      message: '"web" is still logged in, and its tokens would be left behind',
      hint: 'tokn logout web && tokn profile remove web',
    }
    await expect(checkRemovable(ports, 'web')).rejects.toMatchObject(said)
    await expect(removeProfile(ports, 'web')).rejects.toMatchObject(said)
    expect(names(ports)).toEqual(['web'])
  })

  it('with a store out of reach that most likely has nothing', async () => {
    const { ports } = openScripted()
    ports.fail('read file')
    ports.fail('erase file')
    expect(await removeProfile(ports, 'web')).toEqual({ alive: undefined })
    expect(ports.warnings).toEqual([
      'whether the file store has a session of it could not be seen: no erase file',
    ])
  })

  it('not with a store out of reach that has its session', async () => {
    const { ports } = await openLoggedIn()
    ports.fail('read file')
    ports.fail('erase file')
    await expect(removeProfile(ports, 'web')).rejects.toMatchObject({ code: 'store' })
    expect(names(ports)).toEqual(['web'])
  })

  it('that is damaged, with whatever it has', async () => {
    const { ports } = await openLoggedIn()
    const get = () => {
      throw new ToknError('usage', 'damaged')
    }
    const profiles: Profiles = { ...ports.profiles, get }
    expect(await removeProfile({ ...ports, profiles }, 'web')).toEqual({
      alive: 'the profile was damaged, so the provider could not be told',
    })
    expect(names(ports)).toEqual([])
  })

  it('of the same session as another keeps that', async () => {
    const twin = { ...web, name: 'twin' }
    const { ports, session } = await openLoggedIn({}, {}, { profiles: [web, twin] })
    await removeProfile(ports, 'twin')
    expect([names(ports), (await session.readRecord()).generation]).toEqual([['web'], 1])
  })
})

describe('what no profile reaches', () => {
  it('is erased by doctor where it is of this configuration', async () => {
    const { ports, session, provider } = await openLoggedIn()
    const gone = { ...web, name: 'gone', id: 'two' }
    await keep(session.of(gone), recordFor(gone, provider))
    const detail = 'a session of profiles that are gone; at the provider they may still be alive'
    expect(await diagnoseOrphans(ports, false)).toEqual([
      { id: 'sessions', status: 'warn', detail, fix: 'tokn doctor --fix' },
    ])
    expect(await diagnoseOrphans(ports, true)).toEqual([
      { id: 'sessions', status: 'fixed', detail: `${detail}; they are erased here` },
    ])
    expect(await diagnoseOrphans(ports, true)).toEqual([])
    expect((await session.readRecord()).generation).toBe(1)
  })

  it('is separated by doctor where two profiles have one session', async () => {
    const twin = { ...web, name: 'twin' }
    const { ports, session } = await openLoggedIn({}, {}, { profiles: [web, twin] })
    expect(await separateShared(ports, false)).toMatchObject([{ status: 'warn' }])
    expect(await separateShared(ports, true)).toMatchObject([
      {
        id: 'profile-web',
        status: 'fixed',
        detail:
          '"web" and "twin" have one and the same session; it stays with "twin"; for the other one: tokn login web',
      },
    ])
    expect(new Set(ports.profiles.list().map(({ id }) => id)).size).toBe(2)
    expect((await session.of(twin).readRecord()).generation).toBe(1)
  })
})
