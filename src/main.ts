import { agentArgument } from './agent/argument.ts'
import { jobArgument } from './agent/job-argument.ts'
import type { Beforehand } from './app/agent-question.ts'
import { createContext, type Invocation } from './app/context.ts'
import { openHints } from './app/hints.ts'
import { report, unsettled } from './app/report.ts'
import { readFastCommand } from './fast-path.ts'
import { asWarning, writeLines } from './io/terminal/output.ts'
import { withStandInHome } from './io/files/paths.ts'
import { disarm } from './io/process/runtime.ts'
import { refresherArgument } from './refresher/argument.ts'
import { isCallBlocked } from './stores/keychain/blocked-calls.ts'

/** See `start` of the entry. */
export function start(program: string, beforehand?: Beforehand): void {
  // Where errors are told in JSON, warnings are told with them: what is on standard error can be read.
  const warnings: string[] = []
  const line = splitAtDashes(process.argv.slice(2))
  const { words } = line
  const hints = openHints(words)
  const fail = (error: unknown) => end(report(error, words, warnings, hints))
  process.on('uncaughtException', fail)
  // Nothing is left that could ever settle the command: it has done nothing, and must not pass for done.
  process.on('beforeExit', () => fail(unsettled()))
  if (beforehand?.failure !== undefined) return fail(beforehand.failure)
  run(line, { program, warnings, hints, beforehand }).then(end, fail)
}

async function run(
  { words, rest }: TypedLine,
  invocation: Omit<Invocation, 'environment' | 'words' | 'rest'>,
): Promise<number> {
  const { program, warnings } = invocation
  const environment = withStandInHome(await disarm(process.env))
  if (words[0] === agentArgument) {
    const { runStartedAgent } = await import('./app/run-agent.ts')
    await runStartedAgent(environment, program)
    return 0
  }
  if (words[0] === jobArgument) {
    const { serveJob } = await import('./app/serve-job.ts')
    await serveJob(environment, program)
    return 0
  }
  if (words[0] === refresherArgument) {
    const { serveRefresher } = await import('./app/serve-refresher.ts')
    await serveRefresher(environment, program)
    return 0
  }
  const context = createContext({ ...invocation, environment, words, rest })
  const fast = await readFastCommand(words, rest)
  try {
    if (fast !== undefined) await fast(context)
    else {
      const { runProgram } = await import('./program.ts')
      await runProgram(context, words)
    }
  } catch (error) {
    throw context.explain(error)
  }
  if (warnings.length > 0) writeLines(...warnings.map(asWarning))
  return context.status()
}

/** What is ours, and what stands behind the first `--`: it belongs to a child. */
interface TypedLine {
  readonly words: readonly string[]
  readonly rest: readonly string[] | undefined
}

function splitAtDashes(argv: readonly string[]): TypedLine {
  const at = argv.indexOf('--')
  return at < 0
    ? { words: argv, rest: undefined }
    : { words: argv.slice(0, at), rest: argv.slice(at + 1) }
}

function end(status: number): void {
  // Everything has been said; an exit would wait for the keychain, for most of a minute.
  if (isCallBlocked()) process.kill(process.pid, 'SIGKILL')
  process.exit(status)
}
