import { spawn } from 'node:child_process'
import { readSync } from 'node:fs'
import { environmentOfOwnChildren, ownVariables } from '../../core/environment.ts'
import { ToknError, exitStatus, type ErrorCode } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { Outcome } from '../../core/ports.ts'
import { courierArgument } from './refresher-argument.ts'
import { writeAll } from '../terminal/output.ts'
import type { Environment } from '../files/paths.ts'

/** Longest that a refresh may go on after its own deadline, to store what it got, in milliseconds. */
const afterwards = 30_000

/**
 * Sends a refresh to a process of its own: a session of its own, deaf to signals, so that it ends
 * what it began whatever happens to the one that asked. The request goes in by a pipe, with what of
 * our environment could be secret, and the outcome comes back by one; nothing of it is ever on disk,
 * in an argument or in that process's environment. When it is killed, a second one goes on from what
 * the first wrote down.
 *
 * `request` is made for the milliseconds that the refresh may take: less than the `patience` of
 * who waits for it here. With `staying`, it is waited for to the end: it would not outlive us.
 */
export async function sendCourier(
  program: string,
  request: (timeout: number) => string,
  environment: Environment,
  patience: number,
  staying: boolean,
): Promise<Outcome> {
  const end = performance.now() + patience
  const send = async () => {
    const left = Math.max(0, end - performance.now())
    const timeout = Math.floor(left - Math.min(1_000, left / 10))
    return await runCourierOnce(
      program,
      request(timeout),
      environment,
      staying ? left + afterwards : left,
    )
  }
  const first = await send()
  const last = first.killed ? await send() : first
  if (last.outcome !== undefined) return last.outcome
  if (last.problem === late) throw tooLate(patience)
  throw new ToknError(
    'internal',
    `the process that refreshes ${last.problem ?? 'gave no answer'}`,
    {
      hint: 'run the command again: whatever it had received is kept',
    },
  )
}

/** For a refresh that did not end within `patience` milliseconds, and goes on without us. */
export function tooLate(patience: number): ToknError {
  const seconds = Math.max(1, Math.round(patience / 1_000))
  return new ToknError('network', `the refresh did not end within ${seconds} s`, {
    hint: 'run the command again: it goes on from there; or wait longer with --timeout',
  })
}

const late = 'did not answer in time'

interface Sent {
  readonly outcome: Outcome | undefined
  readonly problem: string | undefined
  /** Whether somebody ended it before its own deadline did. */
  readonly killed: boolean
}

async function runCourierOnce(
  program: string,
  request: string,
  environment: Environment,
  patience: number,
): Promise<Sent> {
  let killed = false
  const child = spawn(process.execPath, [program, courierArgument], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environmentOfOwnChildren(environment),
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${JSON.stringify(ownVariables(environment))}\n${request}`)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const problem = await new Promise<string | undefined>((resolve) => {
    const deadline = setTimeout(() => resolve(late), patience)
    child.once('error', () => resolve('could not be started'))
    child.once('close', (code, signal) => {
      clearTimeout(deadline)
      killed = signal !== null
      resolve(code === 0 ? undefined : `ended with ${signal ?? `status ${String(code)}`}`)
    })
  })
  // It outlives this process, which must not wait for it any longer.
  child.unref()
  child.stdout.destroy()
  const outcome = readOutcome(Buffer.concat(chunks).toString())
  return { outcome, problem, killed: killed && outcome === undefined }
}

/** The request, and what of the environment came with it, in the process that `sendCourier` started. */
export function receiveRequest(): { readonly request: string; readonly variables: Environment } {
  const text = readAll()
  const end = text.indexOf('\n')
  return { request: text.slice(end + 1), variables: readVariables(text.slice(0, Math.max(end, 0))) }
}

function readAll(): string {
  const chunks: Buffer[] = []
  for (;;) {
    const chunk = Buffer.alloc(65_536)
    const count = readSync(0, chunk, 0, chunk.length, null)
    if (count === 0) return Buffer.concat(chunks).toString()
    chunks.push(chunk.subarray(0, count))
  }
}

function readVariables(text: string): Environment {
  const value: unknown = text === '' ? {} : JSON.parse(text)
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}

/** Makes this process deaf to the signals that end the one which asked. */
export function outliveTheCaller(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) {
    process.on(signal, () => undefined)
  }
  // Without this listener the signal would open a debugger, to which any local user can connect.
  process.on('SIGUSR1', () => undefined)
}

/** Calls `late` after `timeout` milliseconds, and ends this process when it hangs long after that. */
export function limitRefresh(timeout: number, late: () => void): void {
  setTimeout(late, timeout).unref()
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), timeout + afterwards).unref()
}

/** The outcome, to whoever is still there to read it. */
export function answerCaller(outcome: Outcome): void {
  try {
    writeAll(1, JSON.stringify(outcome))
  } catch {
    // The caller is gone. What it wanted is in the store.
  }
}

function readOutcome(text: string): Outcome | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const warnings = Array.isArray(value['warnings']) ? value['warnings'].map(String) : []
  const record = ownString(value, 'record')
  if (value['ok'] === true && record !== undefined) return { ok: true, record, warnings }
  const code = ownString(value, 'code')
  const message = ownString(value, 'message')
  if (code === undefined || message === undefined || !isCode(code)) return undefined
  const hint = ownString(value, 'hint')
  const http = isObject(value['http']) ? readHttp(value['http']) : undefined
  const retryAfter = typeof value['retryAfter'] === 'number' ? value['retryAfter'] : undefined
  const lasting = value['lasting'] === true ? true : undefined
  return { ok: false, code, message, hint, http, retryAfter, lasting, warnings }
}

function readHttp(value: Readonly<Record<string, unknown>>) {
  const { status } = value
  return typeof status === 'number'
    ? { status, providerCode: ownString(value, 'providerCode') }
    : undefined
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(exitStatus, text)
}
