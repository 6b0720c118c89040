import { spawn, type ChildProcess } from 'node:child_process'
import { environmentOfChild } from '../../core/child-environment.ts'
import type { ChildRequest } from '../../core/process.ts'
import { endOf } from './end-of-child.ts'
import type { Environment } from '../files/paths.ts'
import type { Streams } from './checked-child.ts'
import type { RunWith } from './told-child.ts'
import { mayHaveTerminal } from './own-terminal.ts'

// The last of them is passed on, and then stops us as well.
const signals = ['TERM', 'HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'WINCH', 'CONT', 'TSTP'].map(
  (name) => `SIG${name}` as NodeJS.Signals,
)

/**
 * Runs a program with our standard streams and gives its exit status as a shell would: 128 + n when
 * signal n ended it. Throws `program_not_found` and `program_not_executable`.
 */
export async function runChild(request: ChildRequest, environment: Environment): Promise<number> {
  const { pipe, headCheck } = request
  const run: RunWith = (args, further, streams) => runWith(args, further, environment, streams)
  if (pipe === undefined && headCheck === undefined) return await run(request.args, request, {})
  const [{ runTold }, { runChecked }] = await Promise.all([
    import('./told-child.ts'),
    import('./checked-child.ts'),
  ])
  if (headCheck === undefined) return await runTold(request, run)
  return await runChecked(request, headCheck, (made, streams) => runTold(made, run, streams))
}

async function runWith(
  args: readonly string[],
  { command, variables, bare, stores, started }: ChildRequest,
  environment: Environment,
  { input, watch }: Streams,
): Promise<number> {
  let child: ChildProcess | undefined
  const running = () => child
  const forward = mayHaveTerminal()
    ? (await import('./job-control.ts')).forwardInTerminal
    : forwardSignals
  // Before the program starts: a signal in between would end us alone, and leave it behind.
  const stopForwarding = forward(running)
  try {
    const output = watch === undefined ? 'inherit' : 'pipe'
    child = spawn(command, args, {
      stdio: [input === undefined ? 'inherit' : 'pipe', output, output],
      env: { ...environmentOfChild(environment, bare, stores), ...variables },
    })
    const end = endOf(child)
    // A child may end without reading all that it is told.
    child.stdin?.on('error', () => undefined).end(input)
    watch?.(child)
    started?.()
    return await end
  } catch (error) {
    const { explainStart } = await import('./child-error.ts')
    // Some errors are thrown, and others are events.
    throw explainStart(command, error)
  } finally {
    stopForwarding()
  }
}

/** Passes on what is sent to us: where there is no terminal, nobody sends it to the child as well. */
function forwardSignals(running: () => ChildProcess | undefined): () => void {
  const pass = (signal: NodeJS.Signals) => {
    running()?.kill(signal)
    if (signal === 'SIGTSTP') process.kill(process.pid, 'SIGSTOP')
  }
  for (const signal of signals) process.on(signal, pass)
  return () => {
    for (const signal of signals) process.off(signal, pass)
  }
}
