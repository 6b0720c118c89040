import { isToknError } from '../core/errors.ts'
import { timestamp } from '../core/data-text.ts'
import { sessionState } from '../session/life.ts'
import type { Session } from '../session/session.ts'
import type { Gate, World } from './world.ts'

/** What is told of an agent to whoever may ask it. Nothing in it is secret. */
export function describeAgent(
  world: World,
  since: number,
  gate: Gate | undefined,
  inUse: Iterable<string>,
): object {
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
    profiles: locked ? [] : [...inUse].flatMap((name) => describeProfile(world, name) ?? []),
  }
}

function describeProfile(world: World, name: string): object | undefined {
  const session = openQuietly(world, name)
  if (session === undefined) return undefined
  const { ports, id } = session
  const entry = ports.index.get(id)
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
