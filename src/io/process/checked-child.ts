import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { ToknError } from '../../core/errors.ts'
import type { ChildRequest, HeadCheck } from '../../core/process.ts'
import { words } from '../../messages/words.ts'
import { readDescriptor } from '../terminal/input.ts'
import { makeNamedPipe, type NamedPipe } from '../files/named-pipe.ts'
import { writeAll } from '../terminal/write-all.ts'
import { holdStream } from './held-stream.ts'
import { translateSystemError } from '../files/system-error.ts'

/** The standard streams of a child, where they are not ours. */
export interface Streams {
  /** Its standard input, where that is not ours. */
  readonly input?: string | Uint8Array | undefined
  /** Gets the child once it has started, with pipes for what it prints. */
  readonly watch?: ((child: ChildProcess) => void) | undefined
}

/** The status of curl where it cannot write what it got. */
const notWritten = 23

/** Most of standard input that is kept to be sent again, in bytes. */
const mostKept = 67_108_864

/**
 * Runs a program that makes a request, and holds back all that it prints until the head of the
 * answer is there. Then either that is shown, or the program is ended and another run in its place.
 */
export async function runChecked(
  request: ChildRequest,
  headCheck: HeadCheck,
  run: (request: ChildRequest, streams: Streams) => Promise<number>,
): Promise<number> {
  const pipe = tryNamedPipe()
  // There is no way to see the head, so the answer is shown, whatever it is.
  if (pipe === undefined) return await run(request, {})
  const over = new AbortController()
  let held: HeldBack | undefined
  let judged: Promise<ChildRequest | undefined> | undefined
  const watch = (child: ChildProcess) => {
    child.once('exit', () => over.abort())
    held = holdBack(child, headCheck.onTerminal === true)
    judged = judge(held, pipe, headCheck, over.signal)
    // Awaited below; a failure before that is not unhandled.
    judged.catch(() => undefined)
  }
  try {
    const input = request.pipe?.input === false ? keepInput() : undefined
    const made = { ...request, args: [...request.args, ...headCheck.args, pipe.path] }
    const status = await run(made, { input, watch })
    over.abort()
    const next = await judged
    if (next !== undefined) return await run(next, { input })
    return status === 0 && held?.isWhole() === false ? notWritten : status
  } finally {
    over.abort()
    pipe.remove()
  }
}

/** All of standard input: it may have to be sent twice, and can be read only once. */
function keepInput(): Uint8Array {
  try {
    return readDescriptor(0, mostKept)
  } catch (error) {
    throw new ToknError('usage', words.processes.inputTooLarge(), { cause: error })
  }
}

function tryNamedPipe(): NamedPipe | undefined {
  try {
    return makeNamedPipe()
  } catch (error) {
    if (error instanceof ToknError) return undefined
    throw error
  }
}

async function judge(
  child: HeldBack,
  pipe: NamedPipe,
  headCheck: HeadCheck,
  over: AbortSignal,
): Promise<ChildRequest | undefined> {
  let told = ''
  let verdict: Promise<ChildRequest | undefined> | undefined
  // To the end: a child that cannot write the rest of a head gives up its request.
  await pipe.read((bytes) => {
    told += bytes.toString('latin1')
    const head = finalHead(told)
    if (head !== undefined) verdict ??= decide(child, headCheck, head, told)
  }, over)
  if (verdict === undefined) child.show()
  const next = await verdict
  if (next === undefined && headCheck.copy !== undefined && headCheck.copy !== '-') {
    writeCopy(headCheck.copy, told)
  }
  return next
}

function writeCopy(path: string, told: string): void {
  try {
    writeFileSync(path, Buffer.from(told, 'latin1'))
  } catch (error) {
    throw translateSystemError('write', path, error, 'usage')
  }
}

async function decide(
  child: HeldBack,
  headCheck: HeadCheck,
  head: string,
  told: string,
): Promise<ChildRequest | undefined> {
  try {
    const wanted = headCheck.needsBody?.(head) === true
    const before = headCheck.headIncluded === true ? told.slice(0, endOfHead(told, head)) : ''
    const body = wanted ? await child.look(before) : undefined
    const next = await headCheck.again(head, body)
    if (next === undefined) child.show(headCheck.copy === '-' ? told : '')
    else child.drop()
    return next
  } catch (error) {
    child.drop()
    throw error
  }
}

/** The head of the final answer, once all of it is there. */
function finalHead(told: string): string | undefined {
  const whole = told.split(/\r?\n\r?\n/).slice(0, -1)
  return whole.find((block) => /^HTTP\/\S+ [2-9]\d\d/.test(block))
}

/** Where a head of several ends, with the empty line behind it. */
function endOfHead(told: string, head: string): number {
  const end = told.indexOf(head) + head.length
  return end + (/^\r?\n\r?\n/.exec(told.slice(end))?.[0].length ?? 0)
}

/** A child whose output waits for a verdict. */
interface HeldBack {
  /** What it prints behind `before`, where that is a short JSON object which comes soon. */
  look(before: string): Promise<string | undefined>
  /** Shows what it prints, from its beginning; `before` first. */
  show(before?: string): void
  /** Ends it, and shows nothing. */
  drop(): void
  /** Whether all that was to be shown could be written. */
  isWhole(): boolean
}

function holdBack(child: ChildProcess, onTerminal: boolean): HeldBack {
  const out = holdStream(child.stdout, 1, onTerminal)
  const streams = [out, holdStream(child.stderr, 2, false)]
  return {
    look: out.look,
    isWhole: out.isWhole,
    show: (before = '') => {
      if (before !== '') writeAll(1, Buffer.from(before, 'latin1'))
      for (const stream of streams) stream.show()
    },
    drop: () => {
      for (const stream of streams) stream.drop()
      child.kill()
    },
  }
}
