import { version } from '../../package.json'
import type { World } from '../agent/world.ts'
import { systemClock } from '../io/process/clock.ts'
import { elapsed } from '../io/files/elapsed.ts'
import type { Paths } from '../io/files/paths.ts'
import { openSession, type Session } from '../session/session.ts'
import { openRelayedSession, type ChildWorldOptions } from './child-world.ts'
import { openOwnTurns } from './own-turns.ts'
import { openStamps } from './session-stamps.ts'

export interface KeptWorldOptions extends Pick<ChildWorldOptions, 'openPorts'> {
  /** By the name under which each is kept. */
  readonly sessions: ReadonlyMap<string, Session>
  readonly paths: Pick<Paths, 'sharedFolders'>
}

/** What an agent that is asked for its sessions may have changed unseen, is looked for so often. */
const askedEvery = 30_000

/** The sessions of a program while it runs: held in memory for as long as they are seen to be true. */
export function openKeptWorld({ sessions, openPorts, paths }: KeptWorldOptions): World {
  const looks = openPorts(() => undefined, true)
  const stampOfStored = openStamps(looks, paths)
  const own = new Map(
    [...sessions]
      .filter(([, session]) => isOwn(session))
      .map(([name, session]) => [name, openOwn(session)] as const),
  )
  return {
    session(name, warn, quiet = false) {
      const given = sessions.get(name)
      if (given === undefined) return undefined
      return own.get(name)?.(warn) ?? openRelayedSession(openPorts(warn, quiet), given)
    },
    sessions: () => [...sessions.values()],
    profilesStamp: () => '',
    defaultName: () => undefined,
    stampOf: (session) => {
      if (isOwn(session)) return String(session.ports.index.get(session.id)?.generation)
      const now = looks.agentIsNamed ? Math.floor(elapsed() / askedEvery) : ''
      return `${stampOfStored(session)}|${now}`
    },
    forgetStores: () => undefined,
    isMeant: () => true,
    clock: { now: systemClock.now, elapsed },
    socket: '',
    version,
  }
}

/** Whether a session is nowhere but in this process. */
function isOwn({ source, ports }: Session): boolean {
  return source !== 'store' && ports.isInMemory === true
}

/** Each use of it has a time of its own. */
function openOwn({ ports, profile }: Session): (warn: (text: string) => void) => Session {
  const lock = openOwnTurns()
  return (warn) => {
    const began = elapsed()
    const timeLeft = () => Math.max(0, began + ports.timeout - elapsed())
    const warnDaily = async (_: string, text: string) => warn(text)
    return openSession({ ...ports, lock, timeLeft, warn, warnDaily }, profile)
  }
}
