import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { ToknError } from '../../core/errors.ts'
import type { ChildRequest, HeadCheck } from '../../core/process.ts'
import { words } from '../../messages/words.ts'
import { readDescriptor } from '../terminal/input.ts'
import { makeNamedPipe, type NamedPipe } from '../files/named-pipe.ts'
import { writeAll } from '../terminal/output.ts'
import { translateSystemError } from '../files/system-error.ts'

/** The standard streams of a child, where they are not ours. */
export interface Streams {
  /** Its standard input, where that is not ours. */
  readonly input?: string | Uint8Array | undefined
  /** Gets the child once it has started, with pipes for what it prints. */
  readonly watch?: ((child: ChildProcess) => void) | undefined
}

/** Most of standard input that is kept to be sent again, in bytes. */
const mostKept = 67_108_864

/** Pieces of output that are held back in memory, of at most 64 KiB each. */
const mostHeld = 16

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
  let judged: Promise<ChildRequest | undefined> | undefined
  const watch = (child: ChildProcess) => {
    child.once('exit', () => over.abort())
    judged = judge(holdBack(child), pipe, headCheck, over.signal)
    // Awaited below; a failure before that is not unhandled.
    judged.catch(() => undefined)
  }
  try {
    const input = request.pipe?.input === false ? keepInput() : undefined
    const made = { ...request, args: [...request.args, ...headCheck.args, pipe.path] }
    const status = await run(made, { input, watch })
    over.abort()
    const next = await judged
    return next === undefined ? status : await run(next, { input })
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
    const next = await headCheck.again(head)
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

/** A child whose output waits for a verdict. */
interface HeldBack {
  /** Shows what it prints, from its beginning; `before` first. */
  show(before?: string): void
  /** Ends it, and shows nothing. */
  drop(): void
}

function holdBack(child: ChildProcess): HeldBack {
  const streams = [hold(child.stdout, 1), hold(child.stderr, 2)]
  return {
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

/**
 * Reads a stream from the start, since Node discards unread output of a child that has ended. Once
 * much is held, the rest stays in the pipe.
 */
function hold(stream: Readable | null, descriptor: number) {
  let held: Buffer[] | undefined = []
  let take = (chunk: Buffer) => {
    held?.push(chunk)
    if ((held?.length ?? 0) > mostHeld) stream?.pause()
  }
  stream?.on('data', (chunk: Buffer) => take(chunk))
  return {
    show: () => {
      const first = held ?? []
      held = undefined
      take = (chunk) => pass(stream, descriptor, chunk)
      for (const chunk of first) take(chunk)
      stream?.resume()
    },
    drop: () => {
      held = undefined
      stream?.resume()
    },
  }
}

function pass(stream: Readable | null, descriptor: number, chunk: Buffer): void {
  try {
    writeAll(descriptor, chunk)
  } catch {
    // Our reader has gone: the child gets the same error as it would without us.
    stream?.destroy()
  }
}
