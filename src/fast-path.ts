import type { Context } from './commands/context.ts'
import { commonFlags, flagTable, freshFlags, sessionFlags } from './commands/flags/table.ts'
import { readWords, type FlagValue, type ReadWords } from './commands/flags/read-words.ts'
import { runHeader } from './commands/header.ts'
import { runToken } from './commands/token.ts'

/** Runs a command with its argument and its flags; gives an exit status, where that is a child's. */
type Run = (
  context: Context,
  positional: string | undefined,
  flags: Readonly<Record<string, FlagValue>>,
) => Promise<number | void>

type CommandName = 'token' | 'header' | 'env' | 'exec' | 'curl' | 'refresh' | 'login'

/** What each of them runs; those that are not loaded with the program are loaded when they run. */
export type Runs = Readonly<Record<CommandName, Run>>

interface FastCommand {
  /** Every flag of it but `-h`, which is the tree's. */
  readonly flags: ReadonlyArray<keyof typeof flagTable>
  /** What stands behind `--` is for a child, and not for it. */
  readonly takesRest?: true
}

const everywhere = [...freshFlags, ...sessionFlags, ...commonFlags]
// A child's output is no document that has fields.
const withoutFields = everywhere.filter((name) => name !== 'fields')

/** The commands that are read here. Their flags are those that the tree declares; a test compares. */
const commands: Readonly<Record<Exclude<CommandName, 'login'>, FastCommand>> = {
  token: { flags: ['output', 'var', 'bare', 'field', 'idToken', 'for', ...everywhere] },
  header: { flags: ['output', 'var', 'for', ...everywhere] },
  env: { flags: ['shell', 'var', 'unset', ...everywhere] },
  exec: { flags: ['env', 'file', 'keepalive', ...withoutFields], takesRest: true },
  curl: { flags: withoutFields, takesRest: true },
  refresh: { flags: ['all', 'ifExpiring', 'force', 'dryRun', ...sessionFlags, ...commonFlags] },
}

const runs: Runs = {
  token: runToken,
  header: runHeader,
  env: async (...given) => await (await import('./commands/env.ts')).runEnv(...given),
  exec: async (...given) => await (await import('./commands/exec.ts')).runExec(...given),
  curl: async (...given) => await (await import('./commands/curl.ts')).runCurl(...given),
  refresh: async (...given) => await (await import('./commands/refresh.ts')).runRefresh(...given),
  login: async (...given) => await (await import('./commands/login.ts')).runLogin(...given),
}

/**
 * The commands that scripts call in loops, read without the command tree: loading it would take
 * longer than everything else. Any word that is not plainly understood here leaves it to the tree,
 * which then says what is wrong with it. `rest` are the words behind the first `--`.
 */
export async function readFastCommand(
  words: readonly string[],
  rest: readonly string[] | undefined,
  run: Runs = runs,
): Promise<((context: Context) => Promise<void>) | undefined> {
  const [name = '', ...given] = words
  if (name === 'credential') return runCredentials
  if (name === 'login' && rest === undefined) {
    // It has as many flags as all others together.
    const { readLogin } = await import('./commands/flags/read-login.ts')
    return runAsRead(name, readLogin(given), run)
  }
  if (!isFast(name)) return undefined
  const { flags: known, takesRest } = commands[name]
  if (rest !== undefined && takesRest !== true) return undefined
  return runAsRead(name, readWords(given, known, flagTable), run, takesRest)
}

function runAsRead(
  name: CommandName,
  read: ReadWords | undefined,
  run: Runs,
  takesRest?: boolean,
): ((context: Context) => Promise<void>) | undefined {
  if (read === undefined) return undefined
  const { positional, flags } = read
  return async (context) => {
    await context.checkFlags(flags, positional)
    const status = await run[name](context, positional, flags)
    if (takesRest === true) context.exitWith(status ?? 0)
  }
}

function isFast(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name)
}

/** Which words are ours, and which are those of a tool, is for what is loaded then. */
async function runCredentials(context: Context): Promise<void> {
  await (await import('./app/credential-line.ts')).runCredentialLine(context)
}
