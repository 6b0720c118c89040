import type { Command, Option } from 'commander'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { commonFlags, flagTable, headings, type Flag, type FlagName } from './table.ts'

/** What `--help` says of a command. */
export interface CommandText {
  readonly summary: string
  /** What else there is to know, in lines of at most 100 characters. */
  readonly notes?: string
  /** What a flag means here, where that is not what it means elsewhere. */
  readonly flags?: Partial<Record<FlagName, string>>
}

export interface Declaration {
  /** Name and arguments in commander's notation: `token [profile]`. */
  readonly usage: string
  /** What stands behind the flags and `--`, where something must. */
  readonly rest?: string
  /** Asked for when help is printed, and not before. */
  readonly text: () => CommandText
  readonly examples: readonly string[]
  readonly aliases?: readonly string[]
  /** The flags that it reads besides those of every command; it takes no others. */
  readonly flags?: readonly FlagName[]
  /** The values that a flag can have here, where each command has its own. */
  readonly choices?: Partial<Record<FlagName, readonly string[]>>
  /** Flags whose variable it does not read. */
  readonly unheard?: readonly FlagName[]
  /** Whether it has an answer that can be a JSON document; a child's output is none. Default: it has. */
  readonly answers?: boolean
}

/** Adds a subcommand with the flags that every command takes, and those that it reads. */
export function declare(parent: Command, declaration: Declaration): Command {
  const { usage, rest, text, aliases = [], flags = [], choices = {}, answers = true } = declaration
  const { unheard = [] } = declaration
  const command = parent.command(usage).aliases(aliases)
  texts.set(command, text)
  for (const name of [...flags, ...commonFlags]) {
    const meaning = () => text().flags?.[name] ?? meaningOf(name, answers)
    const flag: Flag = {
      ...flagTable[name],
      ...(choices[name] === undefined ? {} : { choices: choices[name] }),
    }
    const { variable: _, ...without } = flag
    const hidden = name === 'fields' && !answers
    addFlag(command, name, unheard.includes(name) ? without : flag, meaning, hidden)
  }
  if (rest !== undefined) {
    withRest.add(command)
    command.usage(`${command.usage()} -- ${rest}`)
  }
  const examples = declaration.examples.map((example) => `  $ ${example}`).join('\n')
  command.addHelpText('after', () => {
    const { notes } = text()
    return `${notes === undefined ? '' : `\n${notes}\n`}\nExamples:\n${examples}`
  })
  if (!answers) refuseFields(command)
  return command
}

/** A command that only groups others. */
export function declareGroup(parent: Command, name: string, text: () => CommandText): Command {
  const group = parent.command(name)
  texts.set(group, text)
  return group
}

/**
 * The program itself: it takes the flags of every command, for the command that follows. `choices`
 * are those that depend on what the program was made with.
 */
export function declareProgram(
  program: Command,
  text: () => CommandText,
  choices: Partial<Record<FlagName, readonly string[]>>,
): Command {
  texts.set(program, text)
  programChoices.set(program, choices)
  for (const name of commonFlags) {
    addFlag(program, name, flagTable[name], () => meaningOf(name, true))
  }
  return program
}

function addFlag(
  command: Command,
  name: FlagName,
  flag: Flag,
  meaning: () => string,
  hidden = false,
): void {
  const value = flag.value === undefined ? '' : ` <${flag.value}>`
  const option = command.createOption(`${flag.names}${value}`)
  if (flag.repeatable === true) option.argParser(collect)
  if (flag.heading !== undefined) option.helpGroup(flag.heading)
  meanings.set(option, () => {
    const choices = flag.choices ?? choicesOf(command, name)
    return describeFlag(meaning(), choices === undefined ? flag : { ...flag, choices })
  })
  command.addOption(option.hideHelp(hidden))
}

function choicesOf(command: Command, name: FlagName): readonly string[] | undefined {
  const { parent } = command
  return parent === null ? programChoices.get(command)?.[name] : choicesOf(parent, name)
}

/** Collects a flag that may be given more than once. */
function collect(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value]
}

function meaningOf(name: FlagName, answers: boolean): string {
  const { meanings: known, jsonOfErrors } = words.flags
  return name === 'json' && !answers ? jsonOfErrors : known[name]
}

/** `life that the token must still have (default: 60s; env: TOKN_MIN_TTL)`. */
function describeFlag(meaning: string, flag: Flag): string {
  const facts = [
    flag.choices?.join(', '),
    flag.repeatable === true ? words.flags.repeatable : undefined,
    flag.default === undefined ? undefined : `${words.flags.usually}: ${flag.default}`,
    flag.variable === undefined ? undefined : `${words.flags.variable}: ${flag.variable}`,
  ].filter((fact) => fact !== undefined)
  return facts.length === 0 ? meaning : `${meaning} (${facts.join('; ')})`
}

function refuseFields(command: Command): void {
  command.hook('preAction', (_, action) => {
    if (action.opts()['fields'] === undefined) return
    throw new ToknError('usage', words.commands.noDocument(command.name()))
  })
}

// Kept beside the commands and options, not in them: what they say is loaded for `--help` alone.
const texts = new WeakMap<Command, () => CommandText>()
const withRest = new WeakSet<Command>()
const programChoices = new WeakMap<Command, Partial<Record<FlagName, readonly string[]>>>()
const meanings = new WeakMap<Option, () => string>()

/** Whether what stands behind `--` is for a child of the command, and not its own. */
export function takesRest(command: Command): boolean {
  return withRest.has(command)
}

/** What help says of a command; the one that is not declared here is that of commander: `help`. */
export function summaryOf(command: Command): string {
  return (texts.get(command)?.() ?? words.help.help).summary
}

export function meaningOfOption(option: Option): string {
  const { printHelp, printVersion } = words.help
  return meanings.get(option)?.() ?? (option.long === '--version' ? printVersion : printHelp)
}

/** Flags that stand before the name of a command are meant for it. */
export function passOn(program: Command): void {
  program.hook('preAction', (_, command) => {
    for (const [name, value] of Object.entries(program.opts<Record<string, unknown>>())) {
      if (program.getOptionValueSource(name) !== 'cli') continue
      if (command.getOptionValueSource(name) === 'cli') continue
      command.setOptionValueWithSource(name, value, 'cli')
    }
  })
}

/** The groups of a help, a command's own flags first: the others are the same everywhere. */
export function ownFirst<Item>(found: Map<string, Item[]>): Map<string, Item[]> {
  const known: readonly string[] = headings
  const rank = ([heading]: readonly [string, Item[]]) => known.indexOf(heading)
  return new Map([...found].toSorted((a, b) => rank(a) - rank(b)))
}
