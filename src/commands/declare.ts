import type { Command } from 'commander'

/** What `--help` of a command says besides its flags. */
export interface Declaration {
  /** Name and arguments in commander's notation: `token [profile]`. */
  readonly usage: string
  readonly summary: string
  /** What has to be known besides, in lines of at most 100 characters. */
  readonly notes?: () => string
  readonly examples: readonly string[]
  readonly aliases?: readonly string[]
}

/** Adds a subcommand with the flags that every command takes. */
export function declare(parent: Command, declaration: Declaration): Command {
  const command = parent.command(declaration.usage).description(declaration.summary)
  if (declaration.aliases !== undefined) command.aliases(declaration.aliases)
  addCommonFlags(command)
  const examples = declaration.examples.map((example) => `  $ ${example}`).join('\n')
  const notes = () => (declaration.notes === undefined ? '' : `\n${declaration.notes()}\n`)
  command.addHelpText('after', () => `${notes()}\nExamples:\n${examples}`)
  return command
}

/**
 * Flags that every command takes. They stand on each subcommand, since flags after its name are its
 * own; the ones that most calls never need are left out of its help.
 */
export function addCommonFlags(command: Command): Command {
  const hidden = (flags: string, text: string) =>
    command.addOption(command.createOption(flags, text).hideHelp())
  command
    .option('-P, --profile <name>', 'the profile to use')
    .option('--json', 'answer with one JSON document')
    .option('--fields <list>', 'answer with these fields of the JSON document')
    .option('-q, --quiet', 'no words on standard error but errors')
  hidden('-v, --verbose', 'say more on standard error')
  hidden('--debug', 'show requests (without secrets) and the place of a bug')
  hidden('--no-input', 'never ask anything')
  hidden('--no-color', 'no colours')
  hidden('--config-dir <dir>', 'where profiles are kept')
  hidden('--store <kind>', 'keychain, file or memory')
  hidden('--timeout <duration>', 'how long to wait for locks and replies')
  hidden('--ca <file>', 'further certificate authorities, in PEM')
  hidden('--proxy <url>', 'proxy for https requests')
  hidden('-y, --yes', 'answer yes to questions')
  hidden('--dry-run', 'say what would be done')
  return command
}

/** Collects a flag that may be given more than once. */
export function collect(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value]
}
