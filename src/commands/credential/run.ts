import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import { flagTable } from '../flags/table.ts'
import type { Caller } from './caller.ts'
import type { CredentialFlags, Giver } from './choose.ts'
import { giveToken } from './give.ts'
import type { CredentialWorld } from './protocol.ts'
import { credentialFlags, protocols, type Tool } from './table.ts'

/** Answers `tool` in its own protocol; gives the exit status that it expects. */
export async function runCredential(
  context: Context,
  tool: Tool,
  operands: readonly string[],
  given: CredentialFlags,
): Promise<number> {
  // A tool may hand on the terminal that it has itself: whoever sits there was not told what is asked.
  const flags = { ...given, input: false }
  refuseLateFlags(context, tool, operands)
  const [protocol, caller] = await Promise.all([protocols[tool](), context.caller()])
  return await protocol.run(openWorld(context, caller, tool, operands, flags))
}

function openWorld(
  context: Context,
  { variable, inputLines, fail, namesJob, debug, restartTime }: Caller,
  tool: Tool,
  operands: readonly string[],
  flags: CredentialFlags,
): CredentialWorld {
  const { terminal } = context
  const say = (text: string) => {
    // Beside an error in JSON there is nothing else on standard error: it is told within.
    if (flags.json === true) context.ports(flags).warn(text)
    else if (flags.quiet !== true) terminal.say(text)
  }
  const sayForeign = (text: string) => {
    if (flags.debug === true || debug || tellsForeign.has(tool)) say(text)
  }
  const giver: Giver = { context, flags, tool, namesJob, say, sayForeign }
  return {
    operands,
    variable,
    readInput: async () => await terminal.readText(words.credentialHelpers.whatIsAsked()),
    inputLines,
    nextRequest: restartTime,
    out: terminal.out,
    say,
    give: async (asked, wanted = {}) => await giveToken(giver, asked, wanted),
    reject: async (...given) => await (await import('./held.ts')).rejectHeld(giver, ...given),
    holds: async (...given) => await (await import('./held.ts')).holdsToken(giver, ...given),
    servers: async (wanted = {}) => await (await import('./servers.ts')).listServers(giver, wanted),
    fail,
  }
}

/**
 * Those that fail where nothing is given, and say why. The others go on to whatever else they have, for
 * every place that they ask us of.
 */
const tellsForeign: ReadonlySet<Tool> = new Set(['kubectl', 'bazel', 'pnpm'])

const spellings: ReadonlySet<string> = new Set(
  ['-h, --help', ...credentialFlags.map((name) => flagTable[name].names)].flatMap((names) =>
    names.split(', '),
  ),
)

/**
 * Throws `usage` for a flag of ours among the words of the tool. It is not read there: what a tool passes
 * on, a user name for one, comes from elsewhere, and must not choose a profile or a folder.
 */
function refuseLateFlags(context: Context, tool: Tool, operands: readonly string[]): void {
  const typed = [...context.words, ...(context.rest === undefined ? [] : ['--', ...context.rest])]
  const behind = typed.slice(typed.length - operands.length)
  const moved = operands.some((word, index) => word !== behind[index])
  const late = operands.find((word) => spellings.has(word.split('=')[0] ?? ''))
  if (late === undefined && !moved) return
  const said = words.credentialHelpers.flagTooLate(display(late?.split('=')[0] ?? '', 40), tool)
  throw new ToknError('usage', said)
}
