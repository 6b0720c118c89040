import { isToknError, ToknError } from './core/errors.ts'
import { showJson } from './core/text.ts'
import { createContext } from './app/context.ts'
import { openHints, type Hints } from './app/hints.ts'
import { readFastCommand } from './fast-path.ts'
import { asWarning, writeLines } from './io/terminal/output.ts'
import { withStandInHome } from './io/files/paths.ts'
import { disarm } from './io/process/runtime.ts'
import { refresherArgument } from './refresher/argument.ts'
import { words as texts } from './messages/words.ts'
import { isCallBlocked } from './stores/keychain/blocked-calls.ts'

/**
 * Runs the program and ends the process. `program` is the path of the executable, to start it anew
 * for what has to outlive this process.
 */
export function start(program: string): void {
  // Where errors are told in JSON, warnings are told with them: what is on standard error can be read.
  const warnings: string[] = []
  const line = splitAtDashes(process.argv.slice(2))
  const { words } = line
  const hints = openHints(words)
  const fail = (error: unknown) => end(report(error, words, warnings, hints))
  // Without a listener this signal would open a debugger, to which any local user can connect.
  process.on('SIGUSR1', () => undefined)
  process.on('uncaughtException', fail)
  // Nothing is left that could ever settle the command: it has done nothing, and must not pass for done.
  process.on('beforeExit', () => fail(unsettled()))
  run(line, program, warnings, hints).then(end, fail)
}

async function run(
  { words, rest }: TypedLine,
  program: string,
  warnings: string[],
  hints: Hints,
): Promise<number> {
  const environment = withStandInHome(await disarm(process.env))
  if (words[0] === refresherArgument) {
    const { serveRefresher } = await import('./app/serve-refresher.ts')
    await serveRefresher(environment, program)
    return 0
  }
  const context = createContext({ environment, program, words, rest, warnings, hints })
  const fast = rest === undefined ? readFastCommand(words) : undefined
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

/** The one place where an error becomes words, or JSON, and an exit status. */
function report(
  error: unknown,
  words: readonly string[],
  warnings: readonly string[],
  hints: Hints,
): number {
  if (isToknError(error) && error.details.fault === 'reader-gone') return 0
  const known = isToknError(error)
    ? withHints(error, hints)
    : asKnown(error, words.includes('--debug'))
  const json = words.some((word) => word === '--json' || word.startsWith('--fields'))
  writeLines(...(json ? inJson(known, warnings).split('\n') : inWords(known)))
  return known.exit
}

function withHints(error: ToknError, { complete }: Hints): ToknError {
  const { hint } = error.details
  if (hint === undefined) return error
  const completed = typeof hint === 'string' ? complete(hint) : hint.map(complete)
  return new ToknError(error.code, error.message, { ...error.details, hint: completed })
}

function inWords({ message, details: { hint } }: ToknError): readonly string[] {
  const [first, ...further] = hint === undefined || typeof hint === 'string' ? [hint] : hint
  return [
    `tokn: error: ${message}`,
    ...(first === undefined ? [] : [`tokn: hint: ${first}`]),
    // Set in, so that none can pass for a message of its own.
    ...further.map((line) => `  ${line}`),
  ]
}

function inJson(error: ToknError, warnings: readonly string[]): string {
  const { http, retryAfter } = error.details
  // A hint may go on behind the command that it begins with.
  const command = /^tokn .+?(?=[;,:] |\n|$)/.exec(error.hint ?? '')?.[0]
  return showJson({
    schema: 'tokn.error/v1',
    code: error.code,
    exit: error.exit,
    message: error.message,
    hint: error.hint ?? null,
    retryable: error.retryable,
    retry_after: retryAfter === undefined ? null : Math.ceil(retryAfter / 1_000),
    next: command === undefined ? [] : [{ command }],
    warnings,
    http:
      http === undefined ? null : { status: http.status, provider_code: http.providerCode ?? null },
  })
}

/** What was not expected, in words. */
function asKnown(error: unknown, debug: boolean): ToknError {
  // A relative path, wherever it was given, means nothing in a folder that was removed.
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    return new ToknError('usage', texts.folders.noFolder())
  }
  const again = 'run it again with --debug and report what it says'
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new ToknError('internal', 'this is a bug in tokn', {
    hint: debug ? stack.split('\n') : again,
  })
}

function unsettled(): ToknError {
  return new ToknError(
    'internal',
    'the command stopped before it was done, and what it waited for can never come: this is a bug in tokn',
    { hint: 'run it again with --debug and report what it says' },
  )
}

function end(status: number): void {
  // Everything has been said; an exit would wait for the keychain, for most of a minute.
  if (isCallBlocked()) process.kill(process.pid, 'SIGKILL')
  process.exit(status)
}
