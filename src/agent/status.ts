import { isToknError } from '../core/errors.ts'
import { timestamp } from '../core/data-text.ts'
import { sessionState } from '../session/life.ts'
import { readNoted } from '../session/fleet/noted.ts'
import type { Session } from '../session/session.ts'
import type { Gate, World } from './world.ts'

/** What is told of an agent to whoever may ask it. Nothing in it is secret. */
export async function describeAgent(
  world: World,
  since: number,
  gate: Gate | undefined,
  inUse: Iterable<string>,
): Promise<object> {
  const locked = gate?.locked() === true
  return {
    schema: 'tokn.agent/v1',
    pid: process.pid,
    since: timestamp(since),
    version: world.version,
    socket: world.socket,
    configuration: world.configuration,
    locked,
    ...(gate?.describe?.() ?? { passphrase: false, store_closed: false }),
    profiles: locked ? [] : await describeProfiles(world, inUse),
  }
}

async function describeProfiles(world: World, names: Iterable<string>): Promise<readonly object[]> {
  const all = await Promise.all([...names].map((name) => describeProfile(world, name)))
  return all.flatMap((one) => one ?? [])
}

async function describeProfile(world: World, name: string): Promise<object | undefined> {
  const session = openQuietly(world, name)
  if (session === undefined) return undefined
  const { ports, profile } = session
  const entry = (await readNoted(ports, [profile])).get(profile.id)
  const expiry = entry?.expiry
  return {
    profile: name,
    state: sessionState(entry, ports.clock.now()),
    expires_at: expiry?.state === 'at' ? timestamp(expiry.at) : null,
    generation: entry?.generation ?? null,
  }
}

/** A damaged configuration is told to whoever asks for a token. */
function openQuietly(world: World, name: string): Session | undefined {
  try {
    return world.session(name, () => undefined)
  } catch (error) {
    if (isToknError(error)) return undefined
    throw error
  }
}
