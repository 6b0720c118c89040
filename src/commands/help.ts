import type { Command } from 'commander'
import { ToknError } from '../core/errors.ts'
import { display, nearest } from '../core/text.ts'
import { words as texts } from '../messages/words.ts'
import type { Context } from './context.ts'
import { childOf, namesOf, pathOf } from './flags/path.ts'
import type { Tree } from './flags/tree.ts'
import { layOut, wrapLine } from './help/layout.ts'
import { meantInstead } from './help/meant.ts'
import { printHelp } from './help/print-help.ts'
import { printPage } from './help/page.ts'

/** A topic of `tokn help`. */
export type Topic = keyof typeof texts.help.topics

/**
 * Prints a topic, or the help of the command that is named from `parent` on. `words` is the whole line,
 * `behind` what stands behind `help`. Throws `usage` for anything else.
 */
export async function runHelp(
  context: Context,
  tree: Tree,
  parent: Command,
  words: readonly string[],
  behind: readonly string[],
): Promise<void> {
  const { rest = [] } = context
  const flags = words.filter((word) => word.startsWith('-'))
  const asked = flags.some((flag) => flag === '-h' || flag === '--help')
  const path = [...behind.filter((word) => !word.startsWith('-')), ...rest]
  const text = await textOf(path, parent, { context, tree, asked })
  const flag = flags.find((one) => !['-h', '--help', '--json'].includes(one))
  if (flag !== undefined) {
    const shown = display(flag.split('=')[0] ?? '', 60)
    throw new ToknError('usage', texts.commands.helpTakesNoFlags(shown))
  }
  printHelp(context, words, path.join(' '), text)
}

async function textOf(
  path: readonly string[],
  parent: Command,
  { context, tree, asked }: { context: Context; tree: Tree; asked: boolean },
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
  if (top && first !== undefined) await completeNamed(tree, first)
  const command = commandAt(path, parent)
  if (command !== undefined) return printPage(command, width)
  await tree.completeAll()
  throw noHelp(path, parent)
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

async function completeNamed({ program, complete }: Tree, word: string): Promise<void> {
  const command = childOf(program, word)
  if (command !== undefined) await complete(command.name())
}

/** The command at `path`; `undefined` where a word of it names none. */
function commandAt([name, ...further]: readonly string[], parent: Command): Command | undefined {
  if (name === undefined) return parent
  const found = childOf(parent, name)
  return found === undefined ? undefined : commandAt(further, found)
}

/** What is wrong with a path at which there is no command. */
function noHelp([name = '', ...further]: readonly string[], parent: Command): ToknError {
  const found = childOf(parent, name)
  if (found !== undefined) return noHelp(further, found)
  const commands = parent.commands.map((one) => one.name())
  const topics = parent.parent === null ? Object.keys(texts.help.topics) : []
  const near = nearest(name, [...parent.commands.flatMap(namesOf), ...topics])
  const meant = meantInstead([name, ...further], parent)
  if (near === undefined && meant !== undefined) {
    return new ToknError('usage', texts.commands.thereIsNoHelp(display(name, 60)), { hint: meant })
  }
  const there = { group: pathOf(parent).trim(), topics, commands }
  return new ToknError('usage', texts.commands.noHelp(display(name, 60), near, there))
}
