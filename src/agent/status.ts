import { isKeepingFailure, isToknError } from '../core/errors.ts'
import { timestamp } from '../core/data-text.ts'
import { within } from '../core/within.ts'
import { sessionState } from '../session/life.ts'
import { readNoted } from '../session/fleet/noted.ts'
import type { Session } from '../session/session.ts'
import type { Gate, World } from './world.ts'

/** Whoever asks waits for five seconds, in all. */
const patience = 2_000

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
  const noted = await withinPatience(readNoted(ports, [profile]))
  const entry = (noted ?? ports.index.getAll([profile.id])).get(profile.id)
  const expiry = entry?.expiry
  const isSeen = noted !== undefined || entry !== undefined
  return {
    profile: name,
    state: isSeen ? sessionState(entry, ports.clock.now()) : 'unknown',
    expires_at: expiry?.state === 'at' ? timestamp(expiry.at) : null,
    generation: entry?.generation ?? null,
  }
}

/** `undefined` where a store is silent or fails: it keeps nobody from what is told of the others. */
async function withinPatience<Value>(asking: Promise<Value>): Promise<Value | undefined> {
  try {
    return await within(asking, patience)
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    return undefined
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
