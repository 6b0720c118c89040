import type { Command } from 'commander'
import { words as texts } from '../../messages/words.ts'
import { toldOf } from '../flags/declare.ts'
import { followPath, pathOf } from '../flags/path.ts'
import { meantBy } from './peers.ts'

/**
 * What to type instead of `words`, a line for each command that may be meant; `undefined` where they are
 * not words of another tool. They stand below `group`.
 */
export function meantInstead(
  words: readonly string[],
  group: Command,
): readonly string[] | undefined {
  const above = pathOf(group).split(' ').filter(Boolean)
  return meantBy([...above, ...words])?.map((line) => {
    const { command, asked, unknown } = followPath(line.split(' '), programOf(group))
    const { help, printVersion } = texts.help
    const summary =
      asked === 'version' ? printVersion : unknown === undefined ? summaryOf(command) : help.summary
    return `tokn ${line}: ${summary}`
  })
}

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent)
}

function summaryOf(command: Command): string {
  return toldOf(command)?.text().summary ?? ''
}
