import type { Server } from 'node:http'
import { version } from '../../package.json'
import { Agent } from '../agent/agent.ts'
import { createAgentServer } from '../agent/server.ts'
import type { World } from '../agent/world.ts'
import { lookIn, type Profile } from '../core/profile.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import type { FreshOptions } from '../session/fresh.ts'
import type { Ports } from '../session/ports.ts'
import { Session } from '../session/session.ts'

export interface ChildWorldOptions {
  /** What the program that is started may ask for. */
  readonly sessions: readonly Session[]
  /** The ports of one request, whose time begins now. */
  openPorts(warn: (text: string) => void, quiet: boolean): Ports
}

/** More at once, and the oldest that says nothing makes room. */
const mostConnections = { waiting: 64, atOnce: 256 }

/** What answers a program that this process has started. */
export function openChildServer(options: ChildWorldOptions, socket: string): Server {
  const agent = new Agent({ world: openChildWorld(options, socket), log: () => undefined })
  return createAgentServer((asked) => agent.answer(asked), mostConnections)
}

/** Nothing is held here: each request looks at what there is, as a command would. */
function openChildWorld({ sessions, openPorts }: ChildWorldOptions, socket: string): World {
  const served = new Map(sessions.map((session) => [session.name, session]))
  let changes = 0
  return {
    session(name, warn, quiet = false) {
      const given = served.get(name)
      if (given === undefined) return undefined
      return openRelayedSession(openPorts(warn, quiet), given)
    },
    sessions: () => sessions,
    profilesStamp: () => '',
    defaultName: () => (served.size === 1 ? sessions[0]?.name : undefined),
    stampOf: () => String(++changes),
    forgetStores: () => undefined,
    isMeant: () => true,
    clock: { now: systemClock.now, elapsed },
    socket,
    version,
  }
}

/** A session as it is now, for one request; `undefined` where its profile is gone. */
export function openRelayedSession(ports: Ports, given: Session): Session | undefined {
  const profile = currentOf(ports, given.profile)
  return profile && new RelayedSession(ports, profile)
}

/**
 * The profile as it is now: it may have been renamed, or removed. One that is not of this machine is
 * known to an agent alone.
 */
function currentOf({ profiles, agentIsNamed }: Ports, given: Profile): Profile | undefined {
  if (agentIsNamed) return given
  const current = profiles.get(given.name)
  return current?.id === given.id ? lookIn(current, given.store) : undefined
}

/** An agent may have it: this process was given its token by one, and may not be able to open its store. */
class RelayedSession extends Session {
  override async fresh(options: FreshOptions = {}) {
    return await super.fresh({ ...options, mayAskAgent: true })
  }
}
