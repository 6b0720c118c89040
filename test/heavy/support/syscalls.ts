import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ErrorCode } from '../../../src/core/errors.ts'
import { readOutcome } from '../../../src/refresher/messages.ts'
import type { Ended } from './process.ts'
import type { World } from './world.ts'

/** The nth call of one system call that the main thread of a refresh makes. */
export interface Syscall {
  readonly name: string
  readonly ordinal: number
  /** As strace shows it. */
  readonly text: string
  /** Whether it is about a file of the user's. */
  readonly file: boolean
  /** The name and what it is about. */
  readonly kind: string
  /** Whether somebody else can see that it was made. */
  readonly seen: boolean
}

/** With the path of every open file in the trace. */
export const stracePlain = ['strace', '--quiet=all', '--decode-fds=path'] as const

/** Runs the process that refreshes, as the program starts it, so that nothing else is hit. */
export async function runRefresher(
  world: World,
  profile: string,
  strace: readonly string[] = [],
): Promise<Ended> {
  const under = strace.length === 0 ? [] : [...stracePlain, ...strace]
  return await world.run(['__refresher'], { under, input: refreshRequestFor(world, profile) })
}

/** What the program sends to the process that refreshes. No generation is good enough for it. */
export function refreshRequestFor(world: World, profile: string, timeout = 30_000): string {
  return JSON.stringify({
    profile,
    profileId: world.traces(profile).id,
    refresh: { reason: 'forced', beyond: 1_000_000 },
    requester: { command: 'tokn test', pid: process.pid, parent: 'test', host: 'test' },
    timeout,
    debug: false,
    storeKey: world.environment['TOKN_STORE_KEY'],
  })
}

/** What the process that refreshes has answered: `ok`, or the code of its error. */
export function outcomeOf({ out }: Ended): ErrorCode | 'ok' | undefined {
  const result = readOutcome(out)?.result
  return typeof result === 'string' ? 'ok' : result?.code
}

/**
 * What the main thread does of `names`, from the first touch of a file of ours to the end. All file
 * and network calls are made there, nearly in the same order each time.
 */
export async function traceRefresher(
  world: World,
  profile: string,
  names: readonly string[],
): Promise<readonly Syscall[]> {
  return await traceCalls(world, names, (strace) => runRefresher(world, profile, strace))
}

/** As `traceRefresher`, for anything that can be run under strace. */
export async function traceCalls(
  world: World,
  names: readonly string[],
  run: (strace: readonly string[]) => Promise<Ended>,
): Promise<readonly Syscall[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-strace-'))
  const output = join(directory, 'trace')
  const ended = await run(['-o', output, '-e', `trace=${names.join(',')}`])
  if (ended.status !== 0) throw new Error(`it did not work under strace: ${ended.err}`)
  const counts = new Map<string, number>()
  const calls: Syscall[] = []
  let ours = false
  for (const text of readFileSync(output, 'utf8').split('\n')) {
    const name = /^(\w+)\(/.exec(text)?.[1]
    if (name === undefined) continue
    const ordinal = (counts.get(name) ?? 0) + 1
    counts.set(name, ordinal)
    ours ||= text.includes(world.directory)
    // Parts of the program that are loaded meanwhile are none of its doing.
    const code = text.includes('.cjs')
    if (ours && !code) {
      const [file, kind] = [isFile(text, world), `${name} ${describe(text, world)}`]
      const seen = !reading.test(name) && (name !== 'openat' || text.includes('O_CREAT'))
      calls.push({ name, ordinal, file, kind, seen, text: text.slice(0, 160) })
    }
  }
  rmSync(directory, { recursive: true })
  return calls
}

const reading = /^(read|recvfrom|close|fsync|fdatasync|fstat|getdents64|lseek|socket)$/
const areas = /\b(locks|journal|marks|ledger|index|sessions|config\.json|fingerprint)\b/

/** What a line of a trace is about: one of our folders, another path of ours, a socket, or `other`. */
function describe(line: string, world: World): string {
  if (isFile(line, world)) return areas.exec(line)?.[1] ?? 'files'
  return /<(socket|TCP|UNIX)/.exec(line) === null ? 'other' : 'socket'
}

/** Whether a line of a trace is about a file of the user's. */
function isFile(line: string, world: World): boolean {
  return line.includes(world.directory) || line.includes('/.local/state/tokn')
}

/**
 * Whether what was injected struck a file of the user's. The event loop reads as it likes, so that
 * the nth call may be another one in the next run.
 */
export function isHit(trace: string, world: World): boolean {
  const line = trace.split('\n').find((text) => text.includes('(INJECTED)'))
  return line !== undefined && isFile(line, world) && !line.includes('.cjs')
}

/** The arguments of strace that do `what` to one call. */
export function inject(
  { name, ordinal }: Syscall,
  what: string,
  output = '/dev/null',
): readonly string[] {
  return ['-o', output, '-e', `trace=${name}`, '-e', `inject=${name}:${what}:when=${ordinal}`]
}
