import { spawn, type ChildProcess } from 'node:child_process'
import { environmentOfChild } from '../../core/environment.ts'
import type { ChildRequest } from '../../core/process.ts'
import { explainStart } from './child-error.ts'
import { endOf } from './end-of-child.ts'
import { makeNamedPipe } from '../files/named-pipe.ts'
import { isTerminal } from '../terminal/is-terminal.ts'
import type { Environment } from '../files/paths.ts'
import type { Streams } from './checked-child.ts'

const forwarded = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const
// A terminal sends these to the whole foreground group, so the child has them already.
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const

/**
 * Runs a program with our standard streams and gives its exit status as a shell would: 128 + n when
 * signal n ended it. Throws `program_not_found` and `program_not_executable`.
 */
export async function runChild(request: ChildRequest, environment: Environment): Promise<number> {
  if (request.headCheck === undefined) return await runTold(request, environment)
  const { runChecked } = await import('./checked-child.ts')
  return await runChecked(request, request.headCheck, (made, streams) =>
    runTold(made, environment, streams),
  )
}

async function runTold(
  request: ChildRequest,
  environment: Environment,
  streams: Streams = {},
): Promise<number> {
  if (request.pipe === undefined) return await runWith(request.args, request, environment, streams)
  const { at, text, input } = request.pipe
  const told = (place: string) => request.args.toSpliced(at, 0, place)
  if (input) return await runWith(told('-'), request, environment, { ...streams, input: text })
  const pipe = makeNamedPipe()
  const over = new AbortController()
  try {
    const fed = pipe.feed(text, over.signal)
    const status = await runWith(told(pipe.path), request, environment, streams)
    over.abort()
    await fed
    return status
  } finally {
    over.abort()
    pipe.remove()
  }
}

async function runWith(
  args: readonly string[],
  { command, variables, bare }: ChildRequest,
  environment: Environment,
  { input, watch }: Streams,
): Promise<number> {
  // Before the program starts: a signal in between would end us alone, and leave it behind.
  let child: ChildProcess | undefined
  const stopForwarding = forwardSignals((signal) => child?.kill(signal))
  try {
    const output = watch === undefined ? 'inherit' : 'pipe'
    child = spawn(command, args, {
      stdio: [input === undefined ? 'inherit' : 'pipe', output, output],
      env: { ...environmentOfChild(environment, bare), ...variables },
    })
    const end = endOf(child)
    // A child may end without reading all that it is told.
    child.stdin?.on('error', () => undefined).end(input)
    watch?.(child)
    return await end
  } catch (error) {
    // Some errors are thrown, and others are events.
    throw explainStart(command, error)
  } finally {
    stopForwarding()
  }
}

function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const interactive = isTerminal(0)
  const handlers = new Map<NodeJS.Signals, () => void>()
  for (const signal of forwarded) handlers.set(signal, () => send(signal))
  for (const signal of fromTerminal) {
    handlers.set(signal, () => {
      if (!interactive) send(signal)
    })
  }
  handlers.set('SIGTSTP', () => {
    send('SIGTSTP')
    process.kill(process.pid, 'SIGSTOP')
  })
  for (const [signal, handler] of handlers) process.on(signal, handler)
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}
