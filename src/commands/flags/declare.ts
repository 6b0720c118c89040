import type { Command, Option } from 'commander'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { commonFlags, flagTable, type Flag, type FlagName } from './table.ts'

/** What `--help` says of a command. */
export interface CommandText {
  readonly summary: string
  /** What else there is to know: paragraphs, which help wraps. */
  readonly notes?: string
  /** What a flag means here, where that is not what it means elsewhere. */
  readonly flags?: Partial<Record<FlagName, string>>
}

/** The heading that a command stands under in help; what each says is in `messages`. */
export type CommandGroup = keyof typeof words.help.groups

export interface Declaration {
  /** Name and arguments in commander's notation: `token [profile]`. */
  readonly usage: string
  readonly group: CommandGroup
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
  const { unheard = [], group, examples } = declaration
  const command = parent.command(usage).aliases(aliases)
  told.set(command, { group, text, examples })
  // A document that is not there has no fields.
  const everywhere = commonFlags.filter((name) => answers || name !== 'fields')
  for (const name of [...flags, ...everywhere]) {
    const meaning = () => text().flags?.[name] ?? meaningOf(name, answers)
    const flag: Flag = {
      ...flagTable[name],
      ...(choices[name] === undefined ? {} : { choices: choices[name] }),
    }
    const { variable: _, ...without } = flag
    addFlag(command, name, unheard.includes(name) ? without : flag, meaning)
  }
  if (rest !== undefined) {
    withRest.add(command)
    command.usage(`${command.usage()} -- ${rest}`)
  }
  if (!answers) refuseFields(command)
  return command
}

/** A command that only groups others. */
export function declareGroup(
  parent: Command,
  name: string,
  group: CommandGroup,
  text: () => CommandText,
): Command {
  const command = parent.command(name).helpCommand(false)
  told.set(command, { group, text, examples: [] })
  return command
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
  told.set(program, { group: undefined, text, examples: [] })
  programChoices.set(program, choices)
  for (const name of commonFlags) {
    addFlag(program, name, flagTable[name], () => meaningOf(name, true))
  }
  return program
}

function addFlag(command: Command, name: FlagName, flag: Flag, meaning: () => string): void {
  const value = flag.value === undefined ? '' : ` <${flag.value}>`
  const option = command.createOption(`${flag.names}${value}`)
  if (flag.repeatable === true) option.argParser(collect)
  if (flag.heading !== undefined) option.helpGroup(flag.heading)
  meanings.set(option, () => {
    const choices = flag.choices ?? choicesOf(command, name)
    return describeFlag(meaning(), choices === undefined ? flag : { ...flag, choices })
  })
  command.addOption(option)
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

/** `how long the token must still live (default: 60s; env: TOKN_MIN_TTL)`. */
function describeFlag(meaning: string, flag: Flag): string {
  const facts = [
    flag.choices?.join(', '),
    flag.repeatable === true ? words.flags.repeatable : undefined,
    flag.default === undefined ? undefined : `${words.flags.usually}: ${flag.default}`,
    flag.variable === undefined ? undefined : `${words.flags.variable}: ${flag.variable}`,
  ].filter((fact) => fact !== undefined)
  if (facts.length === 0) return meaning
  const [, before, inside] = /^(.*) \(([^()]*)\)$/.exec(meaning) ?? []
  return `${before ?? meaning} (${[...(inside === undefined ? [] : [inside]), ...facts].join('; ')})`
}

function refuseFields(command: Command): void {
  command.hook('preAction', (_, action) => {
    if (action.opts()['fields'] === undefined) return
    throw new ToknError('usage', words.commands.noDocument(command.name()))
  })
}

/** What is told of a command in help. */
interface Told {
  /** Absent for the program itself. */
  readonly group: CommandGroup | undefined
  readonly text: () => CommandText
  readonly examples: readonly string[]
}

// Kept beside the commands and options, not in them: what they say is loaded for `--help` alone.
const told = new WeakMap<Command, Told>()
const withRest = new WeakSet<Command>()
const programChoices = new WeakMap<Command, Partial<Record<FlagName, readonly string[]>>>()
const meanings = new WeakMap<Option, () => string>()

/** Whether what stands behind `--` is for a child of the command, and not its own. */
export function takesRest(command: Command): boolean {
  return withRest.has(command)
}

/** What is told of a command that was declared here. */
export function toldOf(command: Command): Told | undefined {
  return told.get(command)
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
