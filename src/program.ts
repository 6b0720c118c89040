import { Command, CommanderError, Help } from 'commander'
import { ToknError } from './core/errors.ts'
import { display, nearest } from './core/text.ts'
import type { Context } from './commands/context.ts'
import { checkCommand } from './commands/check.ts'
import { curlCommand } from './commands/curl.ts'
import { demoCommand } from './commands/demo.ts'
import { execCommand } from './commands/exec.ts'
import {
  declareProgram,
  meaningOfOption,
  ownFirst,
  passOn,
  summaryOf,
  takesRest,
} from './commands/flags/declare.ts'
import { headerCommand } from './commands/header.ts'
import { helpTopic, topics } from './commands/help.ts'
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
import { tokenCommand } from './commands/token.ts'
import { whyCommand } from './commands/why.ts'
import { doctorCommand } from './commands/doctor.ts'
import { words as texts } from './messages/words.ts'
import { storeCatalog } from './stores/catalog.ts'
import { version } from '../package.json'

const everyCommand = [
  loginCommand,
  tokenCommand,
  headerCommand,
  curlCommand,
  execCommand,
  refreshCommand,
  listCommand,
  checkCommand,
  issueCommand,
  revokeCommand,
  infoCommand,
  logoutCommand,
  profileCommand,
  providerCommand,
  whyCommand,
  doctorCommand,
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
  if (words[0] === 'help') return showHelp(context, [...words.slice(1), ...rest])
  const program = buildProgram(context, commands)
  // What stands behind `--` is for a child, or else names that may begin with a dash (POSIX 12.2).
  const operands = rest.length === 0 || takesRest(commandOf(words, program)) ? [] : ['--', ...rest]
  try {
    await program.parseAsync([...words, ...operands], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return
    throw asUsage(error, words, program)
  }
}

function buildProgram(context: Context, commands: readonly AddCommand[]): Command {
  const help = new Help()
  const program = new Command('tokn')
    .version(version, '--version')
    .helpOption('-h, --help')
    .helpCommand('help [command]')
    .showSuggestionAfterError(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      // Errors are printed in one place, and that is not here.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .configureHelp({
      groupItems: (...items) => ownFirst(help.groupItems(...items)),
      commandDescription: summaryOf,
      subcommandDescription: summaryOf,
      optionDescription: meaningOfOption,
    })
  declareProgram(program, () => texts.help.program, { store: storeCatalog.kinds })
  passOn(program)
  program.hook('preAction', async (_, command) => await context.checkFlags(command.opts()))
  for (const add of commands) add(program, context)
  program.addHelpText(
    'after',
    () => `\n${texts.help.topics(topics.map((topic) => `tokn help ${topic}`).join(', '))}`,
  )
  return program
}

/** Prints a topic, or the help of the command that `words` name. Throws `usage` for anything else. */
function showHelp(context: Context, words: readonly string[]): void {
  const flags = words.filter((word) => word.startsWith('-'))
  const [first, ...further] = words.filter((word) => !flags.includes(word))
  const asked = flags.some((flag) => flag === '-h' || flag === '--help')
  const text =
    first === 'help' || (first === undefined && asked)
      ? texts.help.usageOfHelp(topics.join(', '))
      : helpTopic(first)
  if (text !== undefined) refuseFurther(further)
  const path = first === undefined ? [] : [first, ...further]
  const command =
    text === undefined ? commandNamed(path, buildProgram(context, everyCommand)) : undefined
  const flag = flags.find((one) => one !== '-h' && one !== '--help')
  if (flag !== undefined) {
    const shown = display(flag.split('=')[0] ?? '', 60)
    throw new ToknError('usage', texts.commands.helpTakesNoFlags(shown))
  }
  if (text !== undefined) context.terminal.out(text)
  command?.outputHelp()
}

function refuseFurther([word]: readonly string[]): void {
  if (word === undefined) return
  throw new ToknError('usage', texts.commands.noHelpThere(display(word, 60)))
}

/** The command at `path`. Throws `usage` where a word of it names none. */
function commandNamed([name, ...further]: readonly string[], parent: Command): Command {
  if (name === undefined) return parent
  const found = parent.commands.find((one) => [one.name(), ...one.aliases()].includes(name))
  if (found !== undefined) return commandNamed(further, found)
  const root = parent.parent === null
  const commands = parent.commands.map((one) => one.name())
  const aliases = parent.commands.flatMap((one) => one.aliases())
  const near = nearest(name, [...commands, ...aliases, ...(root ? topics : [])])
  const there = { group: pathOf(parent).trim(), topics: root ? topics : [], commands }
  throw new ToknError('usage', texts.commands.noHelp(display(name, 60), near, there))
}

function asUsage(error: CommanderError, words: readonly string[], program: Command): ToknError {
  if (error.code === 'commander.help') {
    const group = commandOf(words, program)
    const message = texts.commands.commandMissing()
    return new ToknError('usage', message, { hint: `tokn ${pathOf(group)}--help` })
  }
  const flag = valuedSwitch(error, words, program)
  if (flag !== undefined) return new ToknError('usage', texts.commands.takesNoValue(flag))
  // What follows "=" may be a secret that was meant for another place.
  const message = (error.message.split('\n')[0] ?? '')
    .replace(/^error: /, '')
    .replace(/('--[^'=]*)=[^']*'/, "$1'")
  return new ToknError('usage', message, { hint: hintFor(error, words, program) })
}

/** The flag without values that was given one as `--flag=value`. */
function valuedSwitch(
  error: CommanderError,
  words: readonly string[],
  program: Command,
): string | undefined {
  if (error.code !== 'commander.unknownOption') return undefined
  const name = /'(--[^'=]*)=/.exec(error.message)?.[1]
  const option = commandOf(words, program).options.find((one) => one.long === name)
  return option === undefined || option.required || option.optional ? undefined : name
}

function hintFor(error: CommanderError, words: readonly string[], program: Command): string {
  const quoted = /'([^'=]*)/.exec(error.message)?.[1] ?? ''
  if (
    /^--(password|token|secret|client-secret|access-key|secret-key|refresh-token)$/.test(quoted)
  ) {
    return texts.commands.secretOnCommandLine()
  }
  const command = commandOf(words, program)
  const help = `tokn ${pathOf(command)}--help`
  if (error.code === 'commander.optionMissingArgument') return help
  if (error.code === 'commander.unknownOption') {
    const owner = ownerOf(quoted, words, command)
    if (owner !== undefined) return texts.commands.flagAfterCommand(owner, quoted)
  }
  const names =
    error.code === 'commander.unknownCommand'
      ? command.commands.flatMap((one) => [one.name(), ...one.aliases()])
      : command.options.map((option) => option.long ?? '')
  const near = nearest(quoted, names)
  return near === undefined ? help : texts.commands.didYouMean(near)
}

/** The command, as it is typed, that takes a flag which was refused for standing before it. */
function ownerOf(flag: string, words: readonly string[], command: Command): string | undefined {
  const owners = [command, ...command.commands].filter((one) =>
    one.options.some(({ long, short }) => long === flag || short === flag),
  )
  if (owners.length === 0) return undefined
  const named = owners.find((one) => one === command || words.includes(one.name()))
  return named === undefined ? `tokn ${pathOf(command)}COMMAND` : `tokn ${pathOf(named).trim()}`
}

/** The deepest command that `words` name. */
function commandOf(words: readonly string[], command: Command): Command {
  const [word, ...further] = words
  if (word === undefined) return command
  if (word.startsWith('-')) {
    const option = command.options.find(({ short, long }) => word === short || word === long)
    return commandOf(option?.required === true ? further.slice(1) : further, command)
  }
  const child = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word))
  return child === undefined ? command : commandOf(further, child)
}

function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)}${command.name()} `
}
