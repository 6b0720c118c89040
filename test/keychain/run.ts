import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildProgram as build } from '../support/build-program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Built {
  /** Path of the program. */
  readonly program: string
  readonly remove: () => void
}

/** Builds a program of this folder as the product is built, for processes that can be killed. */
export async function buildProgram(name: string): Promise<Built> {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-build-'))
  return {
    program: await build(join(root, 'test/keychain', name), directory),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Where a program built elsewhere finds keytar. */
export const withKeytar = { NODE_PATH: join(root, 'node_modules') }

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  readonly milliseconds: number
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Resolves with the next line of standard output. */
  readonly line: () => Promise<string>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Sends a line to standard input. */
  readonly tell: (text: string) => void
}

export function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Running {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [program, ...args], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  let taken = 0
  const waiting: Array<() => void> = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    for (const wake of waiting.splice(0)) wake()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status, signal) => {
      for (const wake of waiting.splice(0)) wake()
      resolve({ status, signal, out, err, milliseconds: performance.now() - startedAt })
    })
  })
  const closed = (): boolean => child.exitCode !== null || child.signalCode !== null
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    tell: (text) => void child.stdin.write(`${text}\n`),
    line: async () => {
      for (;;) {
        const end = out.indexOf('\n', taken)
        if (end >= 0) {
          const text = out.slice(taken, end)
          taken = end + 1
          return text
        }
        if (closed()) throw new Error(`the program ended: ${err}`)
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
  }
}
