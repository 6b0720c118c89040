import type { Command, CommanderError } from 'commander'
import { ToknError } from '../../core/errors.ts'
import { display, nearest } from '../../core/text.ts'
import { words as texts } from '../../messages/words.ts'
import { followPath, namesOf, pathOf } from '../flags/path.ts'
import { meantInstead } from './meant.ts'
import { peerFlags } from './peers.ts'

/** What commander found wrong with a command line, as a failure. */
export function asUsage(
  error: CommanderError,
  words: readonly string[],
  program: Command,
): ToknError {
  const { command } = followPath(words, program)
  if (error.code === 'commander.help') return commandMissing(command)
  const [quoted = ''] = /(?<=')[^'=]*/.exec(error.message) ?? []
  if (error.code === 'commander.unknownCommand') return unknownCommand([quoted], command)
  if (quoted === '--fields' && command.commands.length === 0) {
    return new ToknError('usage', texts.commands.noDocument(command.name()))
  }
  const flag = valuedSwitch(error, command)
  if (flag !== undefined) return new ToknError('usage', texts.commands.takesNoValue(flag))
  // What follows "=" may be a secret that was meant for another place.
  const message = (error.message.split('\n')[0] ?? '')
    .replace(/^error: /, '')
    .replace(/('--[^'=]*)=[^']*'/, "$1'")
  return new ToknError('usage', message, { hint: hintFor(error, quoted, words, command) })
}

export function commandMissing(group: Command): ToknError {
  const hint = toolsIn(group) ?? `tokn ${pathOf(group)}--help`
  return new ToknError('usage', texts.commands.commandMissing(), { hint })
}

/** `words` begin with the one that names no command of the group. */
export function unknownCommand(words: readonly string[], group: Command): ToknError {
  const [word = ''] = words
  const near = nearest(word, group.commands.flatMap(namesOf))
  const known = toolsIn(group)
  const meant = near === undefined ? undefined : texts.commands.didYouMean(near)
  const hint =
    known === undefined
      ? (meantInstead(words, group) ?? meant ?? `tokn ${pathOf(group)}--help`)
      : [...(meant === undefined ? [] : [meant]), known]
  return new ToknError('usage', texts.commands.unknownCommand(display(word, 60)), { hint })
}

/** The tools that a group has instead of commands: there are so few that all are said. */
function toolsIn(group: Command): string | undefined {
  const names = group.name() === 'credential' ? group.commands.map((one) => one.name()) : []
  return names.length === 0 ? undefined : texts.credentialHelpers.known(names)
}

/** The flag without values that was given one as `--flag=value`. */
function valuedSwitch(error: CommanderError, command: Command): string | undefined {
  if (error.code !== 'commander.unknownOption') return undefined
  const name = /'(--[^'=]*)=/.exec(error.message)?.[1]
  const option = command.options.find((one) => one.long === name)
  return option === undefined || option.required || option.optional ? undefined : name
}

function hintFor(
  error: CommanderError,
  quoted: string,
  words: readonly string[],
  command: Command,
): string {
  if (
    /^--(password|token|secret|client-secret|access-key|secret-key|refresh-token)$/.test(quoted)
  ) {
    return texts.commands.secretOnCommandLine()
  }
  const help = `tokn ${pathOf(command)}--help`
  if (error.code === 'commander.optionMissingArgument') return help
  // What such a command passes on stands behind "--", which its usage shows.
  if (error.code === 'commander.excessArguments' && command.usage().includes(' -- ')) {
    return texts.commands.behindDashes(`tokn ${pathOf(command)}${command.usage()}`)
  }
  if (error.code === 'commander.unknownOption') {
    const owner = ownerOf(quoted, words, command)
    if (owner !== undefined) return texts.commands.flagAfterCommand(owner, quoted)
  }
  // The one flag that the program alone takes.
  if (quoted === '--version' || quoted === '-V') return 'tokn --version'
  const known = command.options.map((option) => option.long ?? '')
  const near = known.find((one) => one === peerFlags[quoted]) ?? nearest(quoted, known)
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
