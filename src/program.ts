import { Command, CommanderError } from 'commander'
import type { Context } from './commands/context.ts'
import { checkCommand } from './commands/check.ts'
import { curlCommand } from './commands/curl.ts'
import { demoCommand } from './commands/demo.ts'
import { envCommand } from './commands/env.ts'
import { execCommand } from './commands/exec.ts'
import { declareProgram, passOn, takesRest } from './commands/flags/declare.ts'
import { followPath } from './commands/flags/path.ts'
import { headerCommand } from './commands/header.ts'
import { runHelp } from './commands/help.ts'
import { printPage } from './commands/help/page.ts'
import { asUsage, commandMissing, unknownCommand } from './commands/help/wrong-line.ts'
import { infoCommand } from './commands/info.ts'
import { issueCommand } from './commands/issue.ts'
import { listCommand } from './commands/list.ts'
import { loginCommand } from './commands/login.ts'
import { logoutCommand } from './commands/logout.ts'
import { profileCommand } from './commands/profile.ts'
import { providerCommand } from './commands/provider.ts'
import { refreshCommand } from './commands/refresh.ts'
import { revokeCommand } from './commands/revoke.ts'
import { sandboxCommand } from './commands/sandbox.ts'
import { statusCommand } from './commands/status.ts'
import { tokenCommand } from './commands/token.ts'
import { whichCommand } from './commands/which.ts'
import { whyCommand } from './commands/why.ts'
import { doctorCommand } from './commands/doctor.ts'
import { uninstallCommand } from './commands/uninstall.ts'
import { words as texts } from './messages/words.ts'
import { storeCatalog } from './stores/catalog.ts'
import { version } from '../package.json'

const everyCommand = [
  loginCommand,
  tokenCommand,
  headerCommand,
  curlCommand,
  envCommand,
  execCommand,
  refreshCommand,
  listCommand,
  statusCommand,
  checkCommand,
  issueCommand,
  revokeCommand,
  infoCommand,
  logoutCommand,
  profileCommand,
  providerCommand,
  whichCommand,
  whyCommand,
  doctorCommand,
  uninstallCommand,
  sandboxCommand,
  demoCommand,
]

/** Adds a command, or a group of them, to the program. */
export type AddCommand = (program: Command, context: Context) => void

/** Runs the command that `words` name. Throws `usage` where they name none, or name it wrongly. */
export async function runProgram(
  context: Context,
  words: readonly string[],
  commands: readonly AddCommand[] = everyCommand,
): Promise<void> {
  const { rest = [] } = context
  const program = buildProgram(context, commands)
  if (words.length === 0 && context.rest === undefined) return showAlone(context, program)
  const { command, asked, unknown, unfinished } = followPath(words, program)
  const versionWord = command === program && unknown?.[0] === 'version' && words.length === 1
  if (asked === 'version' || versionWord) return context.terminal.out(`${version}\n`)
  if (unknown?.[0] === 'help') return await runHelp(context, command, words, unknown.slice(1))
  if (unknown !== undefined) throw unknownCommand(unknown, command)
  if (asked === 'help') return showPage(context, command)
  // What stands behind `--` is for a child, or else names that may begin with a dash (POSIX 12.2).
  const operands = rest.length === 0 || takesRest(command) ? [] : ['--', ...rest]
  if (unfinished === true && operands.length === 0) throw commandMissing(command)
  try {
    await program.parseAsync([...words, ...operands], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return
    throw asUsage(error, words, program)
  }
}

function buildProgram(context: Context, commands: readonly AddCommand[]): Command {
  const program = new Command('tokn')
    .version(version, '-V, --version')
    .helpOption('-h, --help')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      // Errors are printed in one place, and that is not here.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .configureHelp({ formatHelp: (command) => printPage(command, context.terminal.pageWidth(1)) })
  declareProgram(program, () => texts.help.program, { store: storeCatalog.kinds })
  passOn(program)
  program.hook('preAction', async (_, command) => await context.checkFlags(command.opts()))
  for (const add of commands) add(program, context)
  return program
}

/** The program without a word: help for a person. A script that says nothing has made a mistake. */
function showAlone({ terminal }: Context, program: Command): void {
  if (terminal.outIsTerminal) return showPage({ terminal }, program)
  for (const line of printPage(program, terminal.pageWidth(2)).split('\n')) terminal.say(line)
  throw commandMissing(program)
}

function showPage({ terminal }: Pick<Context, 'terminal'>, command: Command): void {
  terminal.out(printPage(command, terminal.pageWidth(1)))
}
