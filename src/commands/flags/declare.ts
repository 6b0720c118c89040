import type { Command } from 'commander'
import { addFlags, type SharedFlag } from './shared.ts'

/** What `--help` of a command says besides its flags. */
export interface Declaration {
  /** Name and arguments in commander's notation: `token [profile]`. */
  readonly usage: string
  /** What stands behind the flags and `--`, where something must. */
  readonly rest?: string
  readonly summary: string
  /** What has to be known besides, in lines of at most 100 characters. */
  readonly notes?: () => string
  readonly examples: readonly string[]
  readonly aliases?: readonly string[]
  /** Which of the flags that commands share it reads; it takes no others. */
  readonly flags?: readonly SharedFlag[]
  /** What such a flag does here, where that is not what it does elsewhere. */
  readonly means?: Partial<Record<SharedFlag, string>>
  /** Whether it has an answer that can be a JSON document; a child's output is none. Default: it has. */
  readonly answers?: boolean
}

/** Adds a subcommand with the flags that every command takes, and the shared ones that it reads. */
export function declare(parent: Command, declaration: Declaration): Command {
  const command = parent.command(declaration.usage).description(declaration.summary)
  if (declaration.aliases !== undefined) command.aliases(declaration.aliases)
  addFlags(command, declaration.flags ?? [], declaration.answers ?? true, declaration.means)
  if (declaration.rest !== undefined) command.usage(`${command.usage()} -- ${declaration.rest}`)
  const examples = declaration.examples.map((example) => `  $ ${example}`).join('\n')
  const notes = () => (declaration.notes === undefined ? '' : `\n${declaration.notes()}\n`)
  command.addHelpText('after', () => `${notes()}\nExamples:\n${examples}`)
  return command
}

/** Collects a flag that may be given more than once. */
export function collect(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value]
}
