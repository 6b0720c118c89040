import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import { openWorld, type World } from '../catalogue/world.ts'
import type { SandboxApi } from '../../src/sandbox/server.ts'
import type { Environment, Home } from '../support/home.ts'
import { startCommand, type Ended } from '../support/run.ts'
import { readCommands } from '../support/github-values.ts'
import { credentialsOf } from '../support/servers.ts'

/** A CI job: each of its steps is a shell of its own, and they share what `GITHUB_ENV` says. */
export interface Job {
  /** Runs a step in a shell, which stops at the first failure. */
  step(script: string, env?: Environment, shell?: readonly string[]): Promise<Ended>
  /** What earlier steps have set for later ones, as the runner reads it. */
  variables(): Readonly<Record<string, string>>
  readonly steps: string
}

export const shells = { sh: ['sh', '-e'], bash: ['bash', '-e'], dash: ['dash', '-e'] } as const

/** What a job knows of an API: all that a login takes. */
export function loginOf(api: SandboxApi): Environment {
  return {
    TOKN_PROVIDER: api.name,
    TOKN_BASE_URL: api.baseUrl,
    ...(api.apiUrl === undefined ? {} : { TOKN_API_URL: api.apiUrl }),
    ...credentialsOf(api),
  }
}

/** The environment of a job: no profile, no store, and a place for sockets. */
function surroundings({ path }: Home): Environment {
  return {
    CI: 'true',
    XDG_RUNTIME_DIR: join(path, 'run'),
    TOKN_STORE: undefined,
    TOKN_STORE_KEY: undefined,
  }
}

let count = 0

export function openJob(home: Home): Job {
  const steps = join(home.work, `github-env-${++count}`)
  writeFileSync(steps, '')
  mkdirSync(join(home.path, 'run'), { mode: 0o700, recursive: true })
  const job: Job = {
    steps,
    variables: () => readCommands(readFileSync(steps, 'utf8')),
    step: async (script, env = {}, shell = shells.sh) => {
      const all = { ...surroundings(home), GITHUB_ENV: steps, ...job.variables(), ...env }
      return await startCommand([...shell, '-c', script], { home, env: all }).ended
    },
  }
  // Whatever a test leaves to live ends with it.
  onTestFinished(async () => {
    await job.step('tokn ci end || true')
  })
  return job
}

/** A job, its API, and a look at what it leaves on the disk. */
export interface JobWorld extends World {
  readonly job: Job
  readonly env: Environment
}

export async function openJobWorld(...args: Parameters<typeof openWorld>): Promise<JobWorld> {
  const world = await openWorld(...args)
  return { ...world, job: openJob(world.home), env: loginOf(world.api) }
}

/** The process that holds the session behind a socket. */
export function holderOf(socket: string | undefined): number {
  const pid = /^ci-(\d+)-[0-9a-f]+\.sock$/.exec(basename(socket ?? ''))?.[1]
  if (pid === undefined) throw new Error(`no process has ${socket}`)
  return Number(pid)
}

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** Waits until a process is gone. */
export async function seeEndOf(pid: number): Promise<void> {
  for (let turn = 0; turn < 1_000 && isAlive(pid); turn++) await delay(20)
  expect(isAlive(pid)).toBe(false)
}

/** The processes that hold sessions of jobs of this home. */
export function holdersIn({ path }: Home): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
        return environment.includes(`HOME=${path}/`) && line.split('\0')[2] === '__ci'
      } catch {
        return false
      }
    })
}

// What Node 22 and later keep of the program itself, whatever it does.
const compiled = /^cache(\/tokn(\/compiled(\/|$)|$)|$)/

/** All that is on the disk of a home, with what is in it; but for what a job may leave there. */
export function contentOf({ path }: Home, { steps }: Job): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    const full = join(path, name)
    const stats = lstatSync(full)
    if (full === steps || stats.isSocket() || full === join(path, 'run', 'tokn')) continue
    if (compiled.test(name)) continue
    found[name] = stats.isFile()
      ? createHash('sha256').update(readFileSync(full)).digest('hex')
      : `${stats.mode}`
  }
  return found
}
