import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../../src/core/errors.ts'

const root = join(import.meta.dirname, '../../..')

/** The built program; `TOKN_TEST_PROGRAM` names another build of it, such as an installed one. */
const program = process.env['TOKN_TEST_PROGRAM'] ?? join(root, 'bin/tokn.js')

export type Environment = Readonly<Record<string, string | undefined>>

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  readonly milliseconds: number
}

export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  readonly ended: Promise<Ended>
}

export interface StartOptions {
  readonly environment: Environment
  readonly input?: string
  readonly cwd?: string
  /** A program that runs ours, with its arguments (strace, faketime). */
  readonly under?: readonly string[]
  /** Flags for Node itself. */
  readonly node?: readonly string[]
}

/** Starts the program with exactly the environment given. */
export function startTokn(args: readonly string[], options: StartOptions): Running {
  const line = [
    ...(options.under ?? []),
    process.execPath,
    ...(options.node ?? []),
    program,
    ...args,
  ]
  return startProcess(line, options)
}

function startProcess(line: readonly string[], options: StartOptions): Running {
  const startedAt = performance.now()
  const [command = '', ...args] = line
  const child = spawn(command, args, {
    env: { ...options.environment },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.input)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) =>
      resolve({ status, signal, out, err, milliseconds: performance.now() - startedAt }),
    )
  })
  return { child, pid: child.pid ?? 0, ended }
}

/** Whether a process of this id runs, and is not merely waiting to be collected. */
export function isRunning(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** Sends a signal to a process that may have ended by now. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

/** Every process, by id, that `matches` its command line and environment. */
export function findProcesses(matches: (line: string, environment: string) => boolean): number[] {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && matches(read(pid, 'cmdline'), read(pid, 'environ')))
}

function read(pid: number, what: string): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8')
  } catch {
    return ''
  }
}
