import { Command, CommanderError } from 'commander'
import type { Context } from './commands/context.ts'
import {
  addLine,
  declareProgram,
  passOn,
  takesRest,
  type CommandGroup,
  type CommandText,
} from './commands/flags/declare.ts'
import { followPath, pathOf } from './commands/flags/path.ts'
import { openTree } from './commands/flags/tree.ts'
import { printPage } from './commands/help/page.ts'
import { printHelp } from './commands/help/print-help.ts'
import { printJson } from './commands/output/json.ts'
import type { StoreTraits } from './core/store-traits.ts'
import { words as texts } from './messages/words.ts'
import { storeCatalog } from './stores/catalog.ts'
import { version } from '../package.json'

/** Adds a command, or a group of them, to its line in the program. */
export type AddCommand = (program: Command, context: Context) => void

type Help = typeof texts.help
type Named = { [Key in keyof Help]: Help[Key] extends CommandText ? Key : never }[keyof Help]
/** Name and arguments in commander's notation. Under this name its help is in `messages`. */
type Usage = Named | `${Named} ${string}`
type Row = readonly [usage: Usage, load: () => Promise<AddCommand>, ...aliases: readonly string[]]

/** Every command, by the heading that help has it under: a command is loaded where it is named. */
const commandTable = {
  everyday: [
    ['login [profile]', async () => (await import('./commands/login.ts')).loginCommand],
    ['token [profile]', async () => (await import('./commands/token.ts')).tokenCommand],
    ['header [profile]', async () => (await import('./commands/header.ts')).headerCommand],
    ['curl [profile]', async () => (await import('./commands/curl.ts')).curlCommand],
    ['env [profile]', async () => (await import('./commands/env.ts')).envCommand],
    ['exec [profile]', async () => (await import('./commands/exec.ts')).execCommand],
    ['status [profile]', async () => (await import('./commands/status.ts')).statusCommand],
    ['logout [profile]', async () => (await import('./commands/logout.ts')).logoutCommand],
  ],
  tokens: [
    ['refresh [profile]', async () => (await import('./commands/refresh.ts')).refreshCommand],
    ['list [profile]', async () => (await import('./commands/list.ts')).listCommand, 'ls'],
    ['check [profile]', async () => (await import('./commands/check.ts')).checkCommand],
    ['issue [profile]', async () => (await import('./commands/issue.ts')).issueCommand],
    ['revoke [token...]', async () => (await import('./commands/revoke.ts')).revokeCommand],
    ['info [profile]', async () => (await import('./commands/info.ts')).infoCommand],
  ],
  profiles: [
    ['profile', async () => (await import('./commands/profile.ts')).profileCommand],
    ['store', async () => (await import('./commands/store.ts')).storeCommand],
    ['provider', async () => (await import('./commands/provider.ts')).providerCommand],
  ],
  tools: [
    ['credential', async () => (await import('./commands/credential.ts')).credentialCommand],
    ['setup', async () => (await import('./commands/setup.ts')).setupCommand],
    ['agent', async () => (await import('./commands/agent.ts')).agentCommand],
    ['refresher', async () => (await import('./commands/refresher.ts')).refresherCommand],
    ['ci', async () => (await import('./commands/ci.ts')).ciCommand],
    ['sandbox [api...]', async () => (await import('./commands/sandbox.ts')).sandboxCommand],
    ['demo', async () => (await import('./commands/demo.ts')).demoCommand],
    [
      'completion [shell]',
      async () => (await import('./commands/completion.ts')).completionCommand,
    ],
  ],
  trouble: [
    ['which [profile]', async () => (await import('./commands/which.ts')).whichCommand],
    ['why [profile]', async () => (await import('./commands/why.ts')).whyCommand],
    ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand],
    ['uninstall', async () => (await import('./commands/uninstall.ts')).uninstallCommand],
  ],
} satisfies Partial<Record<CommandGroup, readonly Row[]>>

/** Loads the command `name`, which is in the table. */
async function loadCommand(name: string): Promise<AddCommand> {
  const rows: readonly Row[] = Object.values(commandTable).flat()
  const [, load] = rows.find(([usage]) => nameIn(usage) === name) ?? []
  if (load === undefined) throw new Error(`there is no command ${name}`)
  return await load()
}

/** Adds the line of every command. */
export function addLines(program: Command): void {
  for (const [group, rows] of Object.entries<readonly Row[]>(commandTable)) {
    for (const [usage, , ...aliases] of rows) {
      const text = () => texts.help[nameIn(usage)]
      addLine(program, { usage, group: group as CommandGroup, text, aliases })
    }
  }
}

function nameIn(usage: Usage): Named {
  return usage.replace(/ .*/, '') as Named
}

/** The program with all of its commands, to be looked at. */
export async function openProgram(context: Context): Promise<Command> {
  const program = buildProgram(context)
  const add = async (name: string) => (await loadCommand(name))(program, context)
  await openTree(program, add).completeAll()
  return program
}

/** Runs the command that `words` name. Throws `usage` where they name none, or name it wrongly. */
export async function runProgram(
  context: Context,
  words: readonly string[],
  load = loadCommand,
): Promise<void> {
  const { rest = [] } = context
  const program = buildProgram(context)
  if (words.length === 0 && context.rest === undefined) return await showAlone(context, program)
  const tree = openTree(program, async (name) => (await load(name))(program, context))
  const { command: line } = followPath(words, program)
  if (line !== program) await tree.complete(line.name())
  const { command, asked, unknown, unfinished } = followPath(words, program)
  const alone = words.filter((word) => word !== '--json').length === 1
  const versionWord = command === program && unknown?.[0] === 'version' && alone
  if (asked === 'version' || versionWord) return showVersion(context, words)
  if (unknown?.[0] === 'help') {
    const { runHelp } = await import('./commands/help.ts')
    return await runHelp(context, tree, command, words, unknown.slice(1))
  }
  if (unknown !== undefined) {
    await tree.completeAll()
    throw (await wrongLines()).unknownCommand(unknown, command)
  }
  if (asked === 'help') return showHelp(context, words, command)
  // What stands behind `--` is for a child, or else names that may begin with a dash (POSIX 12.2).
  const operands = rest.length === 0 || takesRest(command) ? [] : ['--', ...rest]
  if (unfinished === true && operands.length === 0) {
    throw (await wrongLines()).commandMissing(command)
  }
  if (command === program) await tree.completeAll()
  try {
    await program.parseAsync([...words, ...operands], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return
    throw (await wrongLines()).asUsage(error, words, program)
  }
}

function buildProgram(context: Context): Command {
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
  declareProgram(program, () => texts.help.program, {
    store: storeCatalog.kinds,
    sharedStores: kindsWith(({ shared }) => shared === true),
    lastingStores: kindsWith(({ outlivesProcess }) => outlivesProcess),
  })
  passOn(program)
  program.hook('preAction', async (_, command) => {
    const [named] = command.processedArgs as readonly unknown[]
    const isProfile = /^(?:profile|from)$/.test(command.registeredArguments[0]?.name() ?? '')
    const profile = isProfile && typeof named === 'string' ? named : undefined
    await context.checkFlags(command.opts(), profile)
  })
  addLines(program)
  return program
}

/** The program without a word: help for a person. A script that says nothing has made a mistake. */
async function showAlone({ terminal }: Context, program: Command): Promise<void> {
  if (terminal.outIsTerminal) return showPage({ terminal }, program)
  for (const line of printPage(program, terminal.pageWidth(2)).split('\n')) terminal.say(line)
  throw (await wrongLines()).commandMissing(program)
}

function showVersion(context: Context, words: readonly string[]): void {
  if (!words.includes('--json')) return context.terminal.out(`${version}\n`)
  printJson(context, { json: true }, { schema: 'tokn.version/v1', version })
}

function showHelp(context: Context, words: readonly string[], command: Command): void {
  const page = printPage(command, context.terminal.pageWidth(1))
  printHelp(context, words, pathOf(command).trim(), page)
}

function showPage({ terminal }: Pick<Context, 'terminal'>, command: Command): void {
  terminal.out(printPage(command, terminal.pageWidth(1)))
}

async function wrongLines() {
  return await import('./commands/help/wrong-line.ts')
}

function kindsWith(has: (traits: StoreTraits) => boolean) {
  return storeCatalog.kinds.filter((kind) => has(storeCatalog.traits(kind)))
}
