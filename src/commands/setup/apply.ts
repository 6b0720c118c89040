import { isToknError } from '../../core/errors.ts'
import { changeHosts } from '../../session/hosts.ts'
import type { Session } from '../../session/session.ts'
import type { AddedHost, Change, SetupWorld, Written } from './client.ts'

/**
 * Does what there is to do. What is written is noted before, and forgotten after it was taken back: a
 * kill in between leaves a note of something that is not there, and undoing that does nothing.
 */
export async function applyChanges(
  world: SetupWorld,
  changes: readonly Change[],
  then: 'keep' | 'forget',
): Promise<void> {
  for (const { apply, note, outcome } of changes) {
    if (note !== undefined && (then === 'keep' || outcome === 'shared')) keep(world, note)
    await apply?.()
    if (note !== undefined && then === 'forget' && outcome !== 'shared') forget(world, note)
  }
}

/** The note of a value that stands there, for one profile more; `undefined` where it is not ours. */
export function shareNote(
  world: SetupWorld,
  one: Pick<Written, 'client' | 'path' | 'key'>,
  profile: string,
): Written | undefined {
  const known = world.readNote().written.find((noted) => isSame(noted, one))
  return known && { ...known, profiles: [...new Set([...known.profiles, profile])] }
}

/** What an undo for one profile leaves to others: the value stays, and is theirs. */
export function leaveToOthers(
  written: readonly Written[],
  profile: string | undefined,
): { readonly own: readonly Written[]; readonly shared: readonly Change[] } {
  const others = (one: Written) =>
    profile === undefined ? [] : one.profiles.filter((id) => id !== profile)
  const shared = written.flatMap((one): readonly Change[] => {
    const profiles = others(one)
    const { path, key } = one
    if (profiles.length === 0) return []
    return [{ path, key, value: null, before: [], outcome: 'shared', note: { ...one, profiles } }]
  })
  return { own: written.filter((one) => others(one).length === 0), shared }
}

/** What stood there before our first word of it is what comes back. */
function keep(world: SetupWorld, note: Written): void {
  const { written, hosts } = world.readNote()
  const others = written.filter((one) => !isSame(one, note))
  world.writeNote({ written: [...others, note], hosts })
}

function forget(world: SetupWorld, note: Written): void {
  const { written, hosts } = world.readNote()
  world.writeNote({ written: written.filter((one) => !isSame(one, note)), hosts })
}

function isSame(
  one: Pick<Written, 'client' | 'path' | 'key'>,
  other: Pick<Written, 'client' | 'path' | 'key'>,
): boolean {
  return one.client === other.client && one.path === other.path && one.key === other.key
}

/**
 * Takes hosts away from their profiles again, but for those that another client is set up for; gives
 * those that are gone. A profile that is gone, or logged out, has none that count.
 */
export async function forgetHosts(
  world: SetupWorld,
  hosts: readonly AddedHost[],
  sessionOf: (id: string) => Session | undefined,
): Promise<readonly string[]> {
  const gone: string[] = []
  for (const host of hosts) {
    const { client, origin, profile } = host
    const shared = world
      .readNote()
      .hosts.some(
        (one) => one.origin === origin && one.profile === profile && one.client !== client,
      )
    const session = shared ? undefined : sessionOf(profile)
    if (session !== undefined) {
      await takeAway(session, origin)
      gone.push(origin)
    }
    const { written, hosts: noted } = world.readNote()
    world.writeNote({
      written,
      hosts: noted.filter(
        (one) => one.client !== client || one.origin !== origin || one.profile !== profile,
      ),
    })
  }
  return gone
}

async function takeAway(session: Session, origin: string): Promise<void> {
  try {
    await changeHosts(session, { remove: [origin] })
  } catch (error) {
    // Without a session there is no token: the profile alone has to forget it.
    if (!isToknError(error, 'reauth_required')) throw error
    const { profiles } = session.ports
    const profile = profiles.get(session.name)
    const hosts = profile?.hosts?.filter((one) => one !== origin) ?? []
    if (profile !== undefined) {
      await profiles.put({ ...profile, hosts: hosts.length === 0 ? undefined : hosts })
    }
  }
}
