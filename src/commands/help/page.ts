import { Help, type Command, type Option } from 'commander'
import { words } from '../../messages/words.ts'
import { meaningOfOption, toldOf } from '../flags/declare.ts'
import { namesOf } from '../flags/path.ts'
import { headings } from '../flags/flag.ts'
import { layOut, wrapLine, type Block, type Item } from './layout.ts'

/** The help of a command, in lines of at most `width` characters, but for longer single words. */
export function printPage(command: Command, width: number): string {
  const told = toldOf(command)
  const { notes, summary = '' } = told?.text() ?? {}
  const examples = told?.examples ?? []
  const { examples: heading, topicsHeading, topics } = words.help
  const blocks: readonly Block[] = [
    { text: summary },
    ...commandBlocks(command),
    ...flagBlocks(command),
    ...(notes === undefined ? [] : [{ text: notes }]),
    ...(examples.length === 0 ? [] : [{ heading, examples }]),
    ...(command.parent === null ? [{ heading: topicsHeading, items: Object.entries(topics) }] : []),
  ]
  return `${usageLines(command, width).join('\n')}\n\n${layOut(blocks, width)}`
}

function usageLines(command: Command, width: number): readonly string[] {
  return wrapLine(new Help().commandUsage(command), width, words.help.usage, '       ')
}

/** The commands below this one, by their groups, in the order of the groups. */
function commandBlocks({ commands, parent }: Command): readonly Block[] {
  const { groups, help } = words.help
  return Object.entries(groups).flatMap(([group, heading]) => {
    const found = commands.filter((one) => toldOf(one)?.group === group).map(commandItem)
    // It has no place in the tree: what follows it are commands.
    const own: readonly Item[] =
      parent === null && group === 'trouble' ? [['help', help.summary]] : []
    const items = [...found, ...own]
    return items.length === 0 ? [] : [{ heading, items }]
  })
}

function commandItem(command: Command): Item {
  const names = namesOf(command).join(', ')
  const needed = command.registeredArguments.filter(({ required }) => required)
  const term = [names, ...needed.map((argument) => `<${argument.name()}>`)].join(' ')
  return [term, toldOf(command)?.text().summary ?? '']
}

/** The flags of a command, its own before those that many or all have. */
function flagBlocks(command: Command): readonly Block[] {
  const options = new Help().visibleOptions(command)
  const under = (heading: string | undefined) =>
    options
      .filter(({ helpGroupHeading }) => helpGroupHeading === heading)
      .map((option) => withoutHeading(optionItem(option), heading))
  const groups: ReadonlyArray<readonly [heading: string, items: readonly Item[]]> = [
    [words.help.options, under(undefined)],
    ...headings.map((heading) => [heading, under(heading)] as const),
  ]
  return groups.flatMap(([heading, items]) => (items.length === 0 ? [] : [{ heading, items }]))
}

/** What stands under the heading need not say it again; elsewhere it is told without one. */
function withoutHeading([term, text]: Item, heading: string | undefined): Item {
  return [term, text.startsWith(`${heading} `) ? text.slice(`${heading} `.length) : text]
}

function optionItem(option: Option): Item {
  return [option.flags, meaningOfOption(option)]
}
