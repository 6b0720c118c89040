import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import { display, nearest } from '../core/text.ts'
import { words as texts } from '../messages/words.ts'
import type { Context } from './context.ts'
import { childOf, namesOf, pathOf } from './flags/path.ts'
import { layOut, wrapLine } from './help/layout.ts'
import { meantInstead } from './help/meant.ts'
import { printPage } from './help/page.ts'

/** A topic of `tokn help`. */
export type Topic = keyof typeof texts.help.topics

/**
 * Prints a topic, or the help of the command that is named from `parent` on. `words` is the whole line,
 * `behind` what stands behind `help`. Throws `usage` for anything else.
 */
export async function runHelp(
  context: Context,
  parent: Command,
  words: readonly string[],
  behind: readonly string[],
): Promise<void> {
  const { terminal, rest = [] } = context
  const flags = words.filter((word) => word.startsWith('-'))
  const asked = flags.some((flag) => flag === '-h' || flag === '--help')
  const path = [...behind.filter((word) => !word.startsWith('-')), ...rest]
  const text = await textOf(path, parent, { context, asked })
  const flag = flags.find((one) => one !== '-h' && one !== '--help')
  if (flag !== undefined) {
    const shown = display(flag.split('=')[0] ?? '', 60)
    throw new ToknError('usage', texts.commands.helpTakesNoFlags(shown))
  }
  terminal.out(text)
}

async function textOf(
  path: readonly string[],
  parent: Command,
  { context, asked }: { readonly context: Context; readonly asked: boolean },
): Promise<string> {
  const width = context.terminal.pageWidth(1)
  const [first, ...further] = path
  const top = parent.parent === null
  if (top && (first === 'help' || (first === undefined && asked))) {
    refuseFurther(further)
    return helpOfHelp(width)
  }
  if (top && isTopic(first)) {
    refuseFurther(further)
    const { printTopic } = await import('./help/topics.ts')
    return await printTopic(first, context, width)
  }
  return printPage(commandNamed(path, parent), width)
}

function isTopic(word: string | undefined): word is Topic {
  return word !== undefined && Object.hasOwn(texts.help.topics, word)
}

function helpOfHelp(width: number): string {
  const { usage, helpOfHelp: told, topics, topicsHeading, examples: heading } = texts.help
  const blocks = [
    { text: told.meaning },
    { heading: topicsHeading, items: Object.entries(topics) },
    { heading, examples: told.examples },
  ]
  const line = wrapLine(told.usage, width, usage, ' '.repeat(usage.length))
  return `${line.join('\n')}\n\n${layOut(blocks, width)}`
}

function refuseFurther([word]: readonly string[]): void {
  if (word === undefined) return
  throw new ToknError('usage', texts.commands.noHelpThere(display(word, 60)))
}

/** The command at `path`. Throws `usage` where a word of it names none. */
function commandNamed([name, ...further]: readonly string[], parent: Command): Command {
  if (name === undefined) return parent
  const found = childOf(parent, name)
  if (found !== undefined) return commandNamed(further, found)
  const commands = parent.commands.map((one) => one.name())
  const topics = parent.parent === null ? Object.keys(texts.help.topics) : []
  const near = nearest(name, [...parent.commands.flatMap(namesOf), ...topics])
  const meant = meantInstead([name, ...further], parent)
  if (near === undefined && meant !== undefined) {
    throw new ToknError('usage', texts.commands.thereIsNoHelp(display(name, 60)), { hint: meant })
  }
  const there = { group: pathOf(parent).trim(), topics, commands }
  throw new ToknError('usage', texts.commands.noHelp(display(name, 60), near, there))
}
