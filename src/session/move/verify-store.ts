import { isFailure, ToknError } from '../../core/errors.ts'
import type { Profile, StoreKind } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Ports } from '../ports.ts'
import { openSession, type Session } from '../session.ts'
import { conditionOf } from '../usable.ts'
import type { SharedHome } from './home.ts'
import { movedTo } from './left-behind.ts'
import { homeOf } from './plan-moves.ts'

/** What was found of one session of a store. */
export interface Verified {
  readonly profile: string
  readonly id: string
  readonly generation: number | undefined
  readonly status: 'ok' | 'none' | 'moved' | 'bad'
  /** What is wrong, and what mends it. */
  readonly problem?: string | undefined
  readonly fix?: string | undefined
}

/**
 * Looks at every session of a store: that it opens, that what it is bound to is what its profile says,
 * and that nothing is known of a later one. Changes nothing. Throws what the store throws as a whole.
 */
export async function verifyStore(ports: Ports, kind: StoreKind): Promise<readonly Verified[]> {
  const home = await homeOf(ports, kind)
  const found: Verified[] = []
  if (home === undefined) {
    const own = readableProfiles(ports.profiles).filter(({ store }) => store === kind)
    for (const profile of own) found.push(await verify(ports, profile))
    return found
  }
  for await (const { id, name, generation, profile, fault } of home.each()) {
    const problem = fault?.message ?? words.storeCommands.noProfileThere()
    const one =
      profile === undefined
        ? { profile: name, id, generation, status: 'bad' as const, problem, fix: fault?.hint }
        : await verify(ports, profile, home)
    found.push({ ...one, fix: await fixFor(home, one.fix) })
  }
  return found.toSorted((one, other) => (one.profile < other.profile ? -1 : 1))
}

async function verify(ports: Ports, profile: Profile, home?: SharedHome): Promise<Verified> {
  const { name, id } = profile
  const session = openSession(ports, profile)
  let generation: number | undefined
  const say = (status: Verified['status'], problem?: string, fix?: string): Verified => {
    return { profile: name, id, generation, status, problem, fix }
  }
  try {
    const record = await session.findRecord()
    if (record === undefined) return say('none', words.status.notLoggedIn(), `tokn login ${name}`)
    ;({ generation } = record)
    const gone = movedTo(record)
    if (gone !== undefined) return say('moved', words.storeCommands.movedTo(gone))
    const condition = await conditionOf(session, record)
    if (condition.state === 'foreign') throw condition.why
    const indexed = ports.index.get(id)?.generation ?? 0
    if (indexed > generation) {
      return say('bad', words.storeCommands.olderThanKnown(generation, indexed), accept(name))
    }
    const doubt = await doubtOf(ports, session, home)
    return doubt === undefined ? say('ok') : say('bad', doubt, accept(name))
  } catch (error) {
    if (!isFailure(error) || error.code === 'network') throw error
    return say('bad', error.message, error.hint?.split('\n')[0] ?? `tokn login ${name}`)
  }
}

/** `fix`, or whom to ask where a reader's key cannot do it. */
async function fixFor(home: SharedHome, fix: string | undefined): Promise<string | undefined> {
  if (fix === undefined || !/tokn (?:login|store verify --accept)\b/.test(fix)) return fix
  return (await home.role()) === 'reader' ? words.storeCommands.askRefresher(fix) : fix
}

/**
 * Why the store may have gone back to an earlier time. Most have none, which is seen without their
 * locks; what else it seems may be that somebody refreshes it meanwhile.
 */
async function doubtOf(
  ports: Ports,
  { id, entry }: Session,
  home: SharedHome | undefined,
): Promise<string | undefined> {
  if (home === undefined) return await findDoubt(ports, entry)
  const doubt = await home.doubt(id)
  if (doubt === undefined) return undefined
  if ((await home.role()) === 'refresher') return await findDoubt(ports, entry)
  await home.read(id)
  return await home.doubt(id)
}

function accept(name: string): string {
  return `tokn store verify --accept ${name}`
}

/** The same with its lock; a session in use is not asked for that. */
async function findDoubt(ports: Ports, entry: string): Promise<string | undefined> {
  try {
    const held = await (await ports.lock())(entry, 0)
    try {
      const doubt = await held.doubt?.()
      return typeof doubt === 'string' ? doubt : doubt?.message
    } finally {
      await held.release()
    }
  } catch (error) {
    if (isFailure(error) && error.code === 'busy') return undefined
    throw error
  }
}

/**
 * Has the session of a profile count as it is stored, whatever was known of a later one. Gives its
 * generation. `agree` throws where somebody has to agree and does not: it is asked where there is
 * anything to agree to. Throws `not_found`, `forbidden`, `usage` for a store of this machine.
 */
export async function acceptSession(
  ports: Ports,
  kind: StoreKind,
  name: string,
  agree: () => Promise<void>,
): Promise<number> {
  const own = readableProfiles(ports.profiles).find(
    (one) => one.name === name && one.store === kind,
  )
  const home = await homeOf(ports, kind, own?.id)
  if (home === undefined) throw new ToknError('usage', words.storeCommands.acceptsNothing(kind))
  await home.refuseReader('accept')
  const entry = await home.find(name)
  if (entry === undefined) {
    const known = (await home.list()).map((one) => one.name).slice(0, 10)
    throw new ToknError('not_found', words.storeCommands.notThere(name, home.describe(), known))
  }
  await agree()
  const generation = await home.accept(entry.id)
  const indexed = ports.index.get(entry.id)
  if (indexed !== undefined && indexed.generation > generation) {
    ports.index.put(entry.id, { ...indexed, generation })
  }
  return generation
}
