import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { journalName } from '../../../src/io/files/journal-name.ts'
import { locatePaths } from '../../../src/io/files/paths.ts'
import type { Fault } from '../../../src/sandbox/faults.ts'
import {
  startSandbox,
  type SandboxApi,
  type SandboxName,
  type SandboxOptions,
} from '../../../src/sandbox/server.ts'
import { intentPrefix } from '../../../src/session/unfinished/intent.ts'
import { aims, type Aim } from './apis.ts'
import { findProcesses, startTokn, type Ended, type Environment, type Running } from './process.ts'

interface RunOptions {
  readonly environment?: Environment
  readonly input?: string
  readonly under?: readonly string[]
  readonly node?: readonly string[]
}

/** A user of one API: a fake server, and a home of its own with sessions in encrypted files. */
export interface World {
  readonly api: SandboxApi
  readonly aim: Aim
  readonly directory: string
  readonly environment: Environment
  start(args: readonly string[], options?: RunOptions): Running
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  /** Logs in as `profile`; `end` is when the server will say that the token ends. */
  login(profile: string, options?: LoginOptions): Promise<void>
  /** Where everything of a profile is; it has to be logged in. */
  traces(profile: string): Traces
  /** Ids of the processes that refresh for this world now. */
  refreshers(): number[]
  /** Resolves when no process refreshes any more. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface LoginOptions {
  readonly end?: number
  readonly flags?: readonly string[]
}

interface Traces {
  readonly id: string
  readonly session: string
  readonly sessions: string
  readonly journal: string
  readonly journals: string
  readonly lock: string
  readonly config: string
}

export async function openWorld(
  name: SandboxName,
  options: Omit<SandboxOptions, 'names'> = {},
  further: Environment = {},
): Promise<World> {
  const sandbox = await startSandbox({ ...options, names: [name] })
  const api = sandbox.apis[0]
  if (api === undefined) throw new Error('the sandbox did not start')
  const directory = mkdtempSync(join(tmpdir(), 'tokn-heavy-'))
  for (const part of ['home', 'tmp']) mkdirSync(join(directory, part), { mode: 0o700 })
  const environment: Environment = {
    PATH: process.env['PATH'],
    HOME: join(directory, 'home'),
    TMPDIR: join(directory, 'tmp'),
    XDG_CONFIG_HOME: join(directory, 'config'),
    XDG_STATE_HOME: join(directory, 'state'),
    XDG_DATA_HOME: join(directory, 'data'),
    TOKN_STORE: 'file',
    TOKN_STORE_KEY: randomBytes(32).toString('base64url'),
    ...further,
  }
  const aim = aims[name]
  const world: World = {
    api,
    aim,
    directory,
    environment,
    start,
    run,
    login,
    traces,
    refreshers,
    settled,
    close,
  }
  return world

  function start(args: readonly string[], given: RunOptions = {}): Running {
    return startTokn(args, { ...given, environment: { ...environment, ...given.environment } })
  }

  async function run(args: readonly string[], given: RunOptions = {}): Promise<Ended> {
    return await start(args, given).ended
  }

  async function login(profile: string, { end, flags = [] }: LoginOptions = {}): Promise<void> {
    const told = end === undefined ? [] : [{ ...aim.endAt(end), path: aim.loginPath } as Fault]
    api!.control.replaceFaults(told)
    const to = ['--base-url', api!.baseUrl, ...(api!.apiUrl ? ['--api-url', api!.apiUrl] : [])]
    const args = ['login', profile, '--provider', name, ...to, ...flags]
    const ended = await run(args, { environment: credentialsOf(api!) })
    expect(ended, ended.err).toMatchObject({ status: 0 })
    api!.control.replaceFaults([])
  }

  function traces(profile: string): Traces {
    const config = join(directory, 'config', 'tokn')
    const text = readFileSync(join(config, 'config.json'), 'utf8')
    const id = profileId(text, profile)
    const { common } = locatePaths(environment)
    const entry = `${environment['TOKN_STORE']}:${id}`
    const hash = createHash('sha256').update(entry).digest('hex').slice(0, 32)
    const sessions = join(directory, 'data', 'tokn', 'sessions')
    return {
      id,
      sessions,
      config,
      session: join(sessions, `${id}.jwe`),
      journals: join(common, 'journal'),
      journal: join(common, 'journal', journalName(entry)),
      lock: join(common, 'locks', hash),
    }
  }

  function refreshers(): number[] {
    return findProcesses(
      (line, variables) => line.includes('__refresher') && variables.includes(`${directory}/`),
    )
  }

  async function settled(): Promise<void> {
    while (refreshers().length > 0) await delay(10)
  }

  async function close(): Promise<void> {
    await settled()
    await sandbox.close()
    // Locks and journals are in the home of whoever runs this, wherever HOME points.
    for (const name of profileNames(directory)) {
      const { lock, journal } = traces(name)
      for (const path of [lock, journal]) rmSync(path, { recursive: true, force: true })
    }
    const marks = join(locatePaths(environment).common, 'marks')
    const configuration = `${hostname()}:${join(directory, 'config', 'tokn', 'config.json')}`
    const own = encodeURIComponent(intentPrefix({ configuration }))
    for (const name of existsSync(marks) ? readdirSync(marks) : []) {
      if (name.startsWith(own)) rmSync(join(marks, name))
    }
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The variables that answer a login. */
export function credentialsOf(api: SandboxApi): Environment {
  return Object.fromEntries(
    Object.entries(api.credentials).map(([name, value]) => [`TOKN_${name.toUpperCase()}`, value]),
  )
}

function profileNames(directory: string): readonly string[] {
  try {
    const text = readFileSync(join(directory, 'config', 'tokn', 'config.json'), 'utf8')
    const { profiles } = JSON.parse(text) as { profiles: Record<string, { id?: string }> }
    return Object.keys(profiles).filter((name) => typeof profiles[name]?.id === 'string')
  } catch {
    return []
  }
}

function profileId(text: string, profile: string): string {
  const value = JSON.parse(text) as { profiles: Record<string, { id: string }> }
  const id = value.profiles[profile]?.id
  if (id === undefined) throw new Error(`no profile ${profile}`)
  return id
}
