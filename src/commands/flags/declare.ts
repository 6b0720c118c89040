import type { Command, Option } from 'commander'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { everyFlag } from './every.ts'
import type { Flag } from './flag.ts'
import { commonFlags, type FlagName } from './table.ts'

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

/** A command in the help of what it belongs to. */
export interface CommandLine {
  /** Name and arguments in commander's notation: `token [profile]`. */
  readonly usage: string
  readonly group: CommandGroup
  /** Asked for when help is printed, and not before. */
  readonly text: () => CommandText
  readonly aliases?: readonly string[]
}

/** What a command is besides its line. */
export interface Details {
  /** What stands behind the flags and `--`, where something must. */
  readonly rest?: string
  /** Where it is more than its line has. */
  readonly text?: () => CommandText
  readonly examples: readonly string[]
  /** The flags that it reads besides those of every command; it takes no others. */
  readonly flags?: readonly FlagName[]
  /** The values that a flag can have here, where each command has its own. */
  readonly choices?: Partial<Record<FlagName, readonly string[]>>
  /** The same, of what the program was made with. */
  readonly among?: Partial<Record<FlagName, ProgramChoices>>
  /** Flags whose variable it does not read. */
  readonly unheard?: readonly FlagName[]
  /** Those that have no value here: `store` is read as `bareStore`. */
  readonly bare?: readonly FlagName[] | undefined
  /** Whether it has an answer that can be a JSON document; a child's output is none. Default: it has. */
  readonly answers?: boolean
}

/** Adds a command of which no more than its line is known yet. */
export function addLine(parent: Command, { usage, group, text, aliases = [] }: CommandLine) {
  const command = parent.command(usage).aliases(aliases).helpCommand(false)
  told.set(command, { group, text, examples: [] })
  return command
}

/** The command that `addLine` has added. */
export function lineOf(parent: Command, name: string): Command {
  const command = parent.commands.find((one) => one.name() === name)
  if (command === undefined) throw new Error(`there is no line of ${name}`)
  return command
}

/** Adds a subcommand with the flags that every command takes, and those that it reads. */
export function declare(parent: Command, declaration: CommandLine & Details): Command {
  return addDetails(addLine(parent, declaration), declaration)
}

/** As `declare`, for the command `name` of which the line is there. */
export function complete(parent: Command, name: string, details: Details): Command {
  return addDetails(lineOf(parent, name), details)
}

function addDetails(command: Command, details: Details): Command {
  const { rest, flags = [], choices = {}, unheard = [], answers = true, examples } = details
  const { bare = [], among = {} } = details
  const { group, text: known } = toldOf(command) ?? {}
  const text: () => CommandText = details.text ?? known ?? (() => ({ summary: '' }))
  told.set(command, { group, text, examples })
  // A document that is not there has no fields.
  const everywhere = commonFlags.filter((name) => answers || name !== 'fields')
  for (const name of [...flags, ...everywhere]) {
    const meaning = () => text().flags?.[name] ?? meaningOf(name, answers)
    const flag: Flag = {
      ...everyFlag[name],
      ...(choices[name] === undefined ? {} : { choices: choices[name] }),
    }
    const { variable: _, ...without } = flag
    if (bare.includes(name)) addBare(command, name, flag.names, meaning)
    else addFlag(command, name, unheard.includes(name) ? without : flag, meaning, among[name])
  }
  if (rest !== undefined) {
    withRest.add(command)
    command.usage(`${command.usage()} -- ${rest}`)
  }
  if (!answers) refuseFields(command)
  return command
}

/** Values that depend on what the program was made with: of `--store`, and of flags about certain stores. */
export type ProgramChoices = FlagName | 'sharedStores' | 'lastingStores'

/**
 * The program itself: it takes the flags of every command, for the command that follows. `choices`
 * are those that depend on what the program was made with.
 */
export function declareProgram(
  program: Command,
  text: () => CommandText,
  choices: Partial<Record<ProgramChoices, readonly string[]>>,
): Command {
  told.set(program, { group: undefined, text, examples: [] })
  programChoices.set(program, choices)
  for (const name of commonFlags) {
    addFlag(program, name, everyFlag[name], () => meaningOf(name, true))
  }
  return program
}

/** `bareStore`: what reads the flag with its value does not take this for one. */
function addBare(command: Command, name: FlagName, names: string, meaning: () => string): void {
  const option = command.createOption(names)
  option.attributeName = () => `bare${name[0]?.toUpperCase()}${name.slice(1)}`
  declared.set(option, { name, flag: () => ({ names }), meaning })
  command.addOption(option)
}

function addFlag(
  command: Command,
  name: FlagName,
  flag: Flag,
  meaning: () => string,
  among: ProgramChoices = name,
): void {
  const value = flag.value === undefined ? '' : ` <${flag.value}>`
  const option = command.createOption(`${flag.names}${value}`)
  if (flag.repeatable === true) option.argParser(collect)
  if (flag.heading !== undefined) option.helpGroup(flag.heading)
  declared.set(option, {
    name,
    flag: () => {
      const choices = flag.choices ?? choicesOf(command, among)
      return choices === undefined ? flag : { ...flag, choices }
    },
    meaning,
  })
  command.addOption(option)
}

function choicesOf(command: Command, among: ProgramChoices): readonly string[] | undefined {
  const { parent } = command
  return parent === null ? programChoices.get(command)?.[among] : choicesOf(parent, among)
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

/** A flag of one command. */
export interface DeclaredFlag {
  readonly name: FlagName
  /** As that command takes it. */
  readonly flag: () => Flag
  /** What it means, without its values and what stands for it. */
  readonly meaning: () => string
}

// Kept beside the commands and options, not in them: what they say is loaded for `--help` alone.
const told = new WeakMap<Command, Told>()
const withRest = new WeakSet<Command>()
const programChoices = new WeakMap<Command, Partial<Record<ProgramChoices, readonly string[]>>>()
const declared = new WeakMap<Option, DeclaredFlag>()

/** Whether what stands behind `--` is for a child of the command, and not its own. */
export function takesRest(command: Command): boolean {
  return withRest.has(command)
}

/** What is told of a command that was declared here. */
export function toldOf(command: Command): Told | undefined {
  return told.get(command)
}

/** The flag that `option` was declared as; those that every program has are not declared. */
export function flagOf(option: Option): DeclaredFlag | undefined {
  return declared.get(option)
}

export function meaningOfOption(option: Option): string {
  const { printHelp, printVersion } = words.help
  const known = flagOf(option)
  if (known !== undefined) return describeFlag(known.meaning(), known.flag())
  return option.long === '--version' ? printVersion : printHelp
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
