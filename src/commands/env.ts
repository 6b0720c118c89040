import type { Command } from 'commander'
import { words } from '../messages/words.ts'
import { wordOf } from '../session/naming.ts'
import type { CommonFlags, Context } from './context.ts'
import { complete } from './flags/declare.ts'
import { flagTable, freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { checkVariableName } from './output/formats.ts'
import { unknownShell } from './output/refusals.ts'
import { checkFields, expiryFields, printJson, wantsJson } from './output/json.ts'
import { findShell, lineToSet, shellNames, type ShellName } from './output/shell.ts'
import { freshRecord } from './token.ts'

const reads = [
  ...freshFlags,
  'shell',
  'var',
  'unset',
  ...sessionFlags,
] as const satisfies FlagName[]

type EnvFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function envCommand(program: Command, context: Context, run = runEnv): void {
  complete(program, 'env', {
    flags: reads,
    examples: [
      'eval "$(tokn env web)"',
      'eval "$(tokn env web --unset)"',
      'tokn env web --shell fish | source',
      'tokn env web --shell pwsh | Invoke-Expression',
      'tokn env web --shell nu | from json | load-env',
    ],
  }).action((profile: string | undefined, flags: EnvFlags) => run(context, profile, flags))
}

export async function runEnv(
  context: Context,
  positional: string | undefined,
  flags: EnvFlags,
): Promise<void> {
  const variable = checkVariableName(flags.var ?? flagTable.var.default, '--var')
  const shell = readShell(context, flags)
  await checkFields(flags, 'tokn.env/v1')
  if (flags.unset === true) {
    const { printUnset } = await import('./output/shell-uses.ts')
    return printUnset(context, flags, shell.shell, variable)
  }
  const { session, record } = await freshRecord(context, positional, flags)
  const line = lineToSet(shell, variable, record.access.reveal())
  if (wantsJson(flags)) {
    return printJson(context, flags, {
      schema: 'tokn.env/v1',
      profile: session.name,
      shell: shell.shell,
      variable,
      line: line.trimEnd(),
      ...expiryFields(record.expiry, session.ports.clock.now()),
    })
  }
  context.terminal.out(line)
  // Nobody wants the line on a screen: it is for the shell.
  if (!context.terminal.outIsTerminal || flags.quiet === true) return
  const { shellUses } = await import('./output/shell-uses.ts')
  const given = flags.shell === undefined ? '' : ` --shell ${flags.shell}`
  const command = `tokn env${wordOf(session)}${given}`
  context.terminal.say(words.shells.howToRead(shellUses[shell.shell].read(command)))
}

/** The shell that the flag says, else the one that the environment speaks of. Throws `usage`. */
function readShell(
  { environment }: Context,
  { shell: given }: EnvFlags,
): { readonly shell: ShellName; readonly told: boolean } {
  if (given !== undefined) return { shell: findShell(given), told: true }
  const name = environment.shell
  const shell = shellNames.find((one) => one === name)
  if (shell !== undefined) return { shell, told: false }
  throw unknownShell(name, shellNames)
}
