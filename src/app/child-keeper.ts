import { join } from 'node:path'
import { Agent } from '../agent/agent.ts'
import { Ahead } from '../agent/ahead.ts'
import { TokenFiles, type KeptTokenFile } from '../agent/token-files.ts'
import { isFailure } from '../core/errors.ts'
import { locatePaths } from '../io/files/paths.ts'
import { openTokenFile } from '../io/files/token-file.ts'
import { makeTokenFolder, type TokenFolder } from '../io/files/token-folder.ts'
import { removeAtEnd } from '../io/process/remove-at-end.ts'
import { words } from '../messages/words.ts'
import { indexedFromHere } from '../session/outside.ts'
import { planKeepAlive, prolongByUse } from '../session/keep-alive.ts'
import type { ChildKeeper, KeptForChild } from '../session/kept-for-child.ts'
import type { Session } from '../session/session.ts'
import type { ChildWorldOptions } from './child-world.ts'
import { openKeptWorld } from './kept-world.ts'
import type { PortsRequest } from './ports.ts'

/** Milliseconds between two looks at the files. */
const fileTick = 2_000

/** Milliseconds until the first look at what is kept alive: a program comes first. */
const firstLook = 500

/**
 * Keeps what a program is to have while it runs: files with tokens in a folder in memory, and sessions
 * alive; `mask` is told of each new token. Throws `store` where the files cannot be written; then nothing is left.
 */
export function keepForChild(
  { environment, configDirectory, warn }: PortsRequest,
  openPorts: ChildWorldOptions['openPorts'],
  wanted: KeptForChild,
  mask: (secret: string) => void,
): ChildKeeper {
  const sessions = new Map<string, Session>()
  const nameOf = new Map(
    [...wanted.files, ...wanted.alive].map(({ session }) => [session.id, addTo(sessions, session)]),
  )
  const paths = locatePaths(environment, { configDirectory })
  const world = openKeptWorld({ sessions, openPorts, paths })
  const kept = new Agent({ world, log: () => undefined }).sessions
  let folder: TokenFolder | undefined
  const end = removeAtEnd(() => folder?.remove())
  let files: TokenFiles | undefined
  let ahead: Ahead | undefined
  let timer: NodeJS.Timeout | undefined
  const variables: Record<string, string> = {}
  try {
    files = openFiles()
  } catch (error) {
    close()
    throw error
  }
  ahead = openAhead()
  return { variables, begin, close }

  function begin(): void {
    end.forwarding()
    ahead?.start(firstLook)
    if (files === undefined) return
    const look = () => void files?.look()
    // What it begins with was good enough to begin, and need not be for long.
    setImmediate(look)
    timer = setInterval(look, fileTick)
    timer.unref()
  }

  function close(): void {
    ahead?.stop()
    clearInterval(timer)
    files?.clear(true)
    folder?.remove()
    end.over()
  }

  function openFiles(): TokenFiles | undefined {
    if (wanted.files.length === 0) return undefined
    folder = makeTokenFolder(environment)
    const made: KeptTokenFile[] = []
    for (const { variable, session, record, atLeast } of wanted.files) {
      const path = join(folder.path, variable)
      const opened = openTokenFile(path)
      opened.write(record.access.reveal())
      const write = (token: string) => {
        // The program may print what it reads there.
        mask(token)
        opened.write(token)
      }
      const place = {
        shown: opened.shown,
        isThere: () => opened.isThere(),
        remove: () => opened.remove(),
        write,
      }
      variables[variable] = path
      made.push({ profile: nameOf.get(session.id) ?? '', place, record, atLeast })
    }
    return new TokenFiles({
      files: made,
      fresh: async (name, minTtl) =>
        kept.held(name, minTtl) ?? (await kept.fresh(name, { minTtl })),
      locked: () => false,
      now: world.clock.now,
      log: () => undefined,
      warn: ({ profile, place }, why) =>
        warn(words.childFiles.notRefreshed(`"${profile}"`, place.shown, why)),
    })
  }

  function openAhead(): Ahead | undefined {
    if (wanted.alive.length === 0) return undefined
    const names = wanted.alive.map(({ session }) => nameOf.get(session.id) ?? '')
    const tell = openTelling()
    const prepare: typeof kept.prepare = async (...asked) => {
      const outcome = await kept.prepare(...asked)
      if (outcome.found?.refreshed === true) mask(outcome.found.record.access.reveal())
      return outcome
    }
    for (const { session } of wanted.alive) tellHopeless(session)
    return new Ahead({
      world,
      sessions: { inUse: () => names, prepare },
      gate: undefined,
      random: Math.random,
      plan: (session, share) =>
        planKeepAlive(session, share, kept.held(nameOf.get(session.id) ?? '')?.record),
      use: prolongByUse,
      told: tell,
    })
  }

  /** One that will end whatever is done is worth a word at the beginning, and no more. */
  function tellHopeless(session: Session): void {
    const entry = indexedFromHere(session.ports, session.profile)
    if (entry?.renewal !== 'none' || entry.expiry.state === 'never') return
    if (planKeepAlive(session, 0) !== undefined) return
    const end = entry.expiry.state === 'at' ? words.times.instant(entry.expiry.at) : undefined
    warn(words.childFiles.notKeptAlive(`"${session.name}"`, words.childFiles.nothingToRenew(end)))
  }

  /** Once for each reason, until it has worked again. */
  function openTelling(): (name: string, error: unknown) => void {
    const said = new Map<string, string>()
    return (name, error) => {
      if (error === undefined) return void said.delete(name)
      const why = isFailure(error) ? error.message : words.agentFiles.failed()
      if (said.get(name) === why) return
      said.set(name, why)
      warn(words.childFiles.notKeptAlive(`"${name}"`, why))
    }
  }
}

/** The name under which it is kept: its own, unless another session has that. */
function addTo(sessions: Map<string, Session>, session: Session): string {
  const { name, id } = session
  const same = sessions.get(name)
  const own = same === undefined || same.id === id ? name : id
  if (!sessions.has(own)) sessions.set(own, session)
  return own
}
