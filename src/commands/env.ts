import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'
import { words } from '../messages/words.ts'
import { wordOf } from '../session/naming.ts'
import type { CommonFlags, Context } from './context.ts'
import { declare } from './flags/declare.ts'
import { flagTable, freshFlags, sessionFlags, type FlagName, type FlagsOf } from './flags/table.ts'
import { checkVariableName } from './output/formats.ts'
import { checkFields, checkOneShape, expiryFields, printJson, wantsJson } from './output/json.ts'
import { lineToSet, lineToUnset, shellNames, shells, type ShellName } from './output/shell.ts'
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
  declare(program, {
    usage: 'env [profile]',
    group: 'everyday',
    flags: reads,
    text: () => words.help.env,
    examples: [
      'eval "$(tokn env web)"',
      'eval "$(tokn env web --unset)"',
      'tokn env web --shell fish | source',
      'tokn env web --shell pwsh | Invoke-Expression',
      'tokn env web --shell nu | from json | load-env',
    ],
  }).action((profile: string | undefined, flags: EnvFlags) => run(context, profile, flags))
}

async function runEnv(
  context: Context,
  positional: string | undefined,
  flags: EnvFlags,
): Promise<void> {
  const variable = checkVariableName(flags.var ?? flagTable.var.default, '--var')
  const shell = readShell(context, flags)
  if (flags.unset === true) return removeVariable(context, flags, shell.shell, variable)
  await checkFields(flags, 'tokn.env/v1')
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
  tellHow(context, flags, shell, `tokn env${wordOf(session)}`)
}

function removeVariable(
  context: Context,
  flags: EnvFlags,
  shell: ShellName,
  variable: string,
): void {
  const needless = [
    flags.minTtl === undefined ? undefined : '--min-ttl',
    flags.refresh === undefined ? undefined : '--refresh',
    flags.store === undefined ? undefined : '--store',
  ]
  for (const flag of needless) checkOneShape('--unset', flag)
  const line = lineToUnset(shell, variable)
  if (!wantsJson(flags)) return context.terminal.out(line)
  const document = { schema: 'tokn.env/v1', shell, variable, line: line.trimEnd() }
  printJson(context, flags, document)
}

/** The shell that the flag says, else the one that the environment speaks of. Throws `usage`. */
function readShell(
  { environment }: Context,
  { shell: given }: EnvFlags,
): { readonly shell: ShellName; readonly told: boolean } {
  const name = given ?? environment.shell
  const shell = shellNames.find((one) => one === name)
  if (shell !== undefined) return { shell, told: given !== undefined }
  throw new ToknError(
    'usage',
    given === undefined
      ? words.shells.whichShell(name === undefined ? undefined : display(name, 40), shellNames)
      : words.shells.notAShell(display(given, 40), shellNames),
  )
}

/** Nobody wants the line on a screen: it is for the shell. */
function tellHow(
  { terminal }: Context,
  { quiet, shell: given }: EnvFlags,
  { shell }: { readonly shell: ShellName },
  command: string,
): void {
  if (!terminal.outIsTerminal || quiet === true) return
  const told = given === undefined ? command : `${command} --shell ${given}`
  terminal.say(words.shells.howToRead(shells[shell].read(told)))
}
