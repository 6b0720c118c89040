import { spawn, type ChildProcess } from 'node:child_process'
import { program, type Environment, type Home } from './home.ts'

/** How a command ended, and what it printed. */
export interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly home: Home
  /** Over the home's own; `undefined` takes a variable away. */
  readonly env?: Environment
  /** What is on standard input; nothing when absent. */
  readonly input?: string | Buffer | undefined
  readonly cwd?: string
  /** Flags for Node itself. */
  readonly node?: readonly string[]
}

/** Longest that a command may take, in milliseconds, on a machine that does much else besides. */
const patience = 60_000

/** Runs the built program as a user would, with the environment of `home` and nothing else. */
export async function run(args: readonly string[], options: RunOptions): Promise<Ended> {
  return await start(args, options).ended
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** As `run`, without waiting for the end. */
export function start(args: readonly string[], options: RunOptions): Running {
  return startCommand([process.execPath, ...(options.node ?? []), program, ...args], options)
}

/** Any program, in the environment of `home`. */
export function startCommand(line: readonly string[], options: RunOptions): Running {
  const [command = '', ...args] = line
  const child = spawn(command, args, {
    env: { ...options.home.environment, ...options.env },
    cwd: options.cwd ?? options.home.work,
    // A group of its own, without a terminal: it can be ended whole, and nobody can be asked.
    detached: true,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  return { child, ended: collect(child, options.input) }
}

function collect(child: ChildProcess, input: string | Buffer | undefined): Promise<Ended> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  // A command may end without reading what it was given.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      reject(
        new Error(
          `a command did not end within ${patience / 1_000} s: ${child.spawnargs.join(' ')}`,
        ),
      )
    }, patience)
    child.once('error', reject)
    child.once('close', (status) => {
      clearTimeout(late)
      resolve({
        status: status ?? -1,
        out: Buffer.concat(out).toString(),
        err: Buffer.concat(err).toString(),
      })
    })
  })
}
