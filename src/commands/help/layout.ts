/** Characters that a text keeps beside its term; where the line has fewer, it stands below. */
const leastBeside = 24

/** Characters of a term that has its text beside it, unless all are longer. */
const longestBeside = 30

/** What stands before a meaning below its term. */
const below = '      '

/** A term and what it means. */
export type Item = readonly [term: string, meaning: string]

/** What stands on a page below each other, with an empty line between. */
export type Block =
  | { readonly text: string }
  | { readonly heading?: string; readonly items: readonly Item[] }
  /** Command lines, to be pasted into a shell. */
  | { readonly heading?: string; readonly examples: readonly string[] }

/** The blocks as lines of at most `width` characters, but for single words that are longer. */
export function layOut(blocks: readonly Block[], width: number): string {
  const longest = longestTerm(blocks.flatMap((block) => ('items' in block ? block.items : [])))
  const parts = blocks.map((block) => layOutBlock(block, longest, width))
  return parts.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n')
}

/** Few terms are longer than `longestBeside`: they would push all texts to the edge. */
function longestTerm(items: readonly Item[]): number {
  const lengths = items.map(([term]) => term.length)
  const usual = lengths.filter((length) => length <= longestBeside)
  return Math.max(0, ...(usual.length === 0 ? lengths : usual))
}

/** `longest` is the longest term of the page: its columns are even where the line has room for that. */
function layOutBlock(block: Block, longest: number, width: number): readonly string[] {
  if ('text' in block) return wrapText(block.text, width)
  const lines =
    'items' in block
      ? layOutItems(block.items, longest, width)
      : block.examples.flatMap((line) => wrapCommand(line, width))
  return block.heading === undefined ? lines : [...wrapText(block.heading, width), ...lines]
}

function layOutItems(items: readonly Item[], longest: number, width: number): readonly string[] {
  const words = items.flatMap(([, meaning]) => meaning.split(' '))
  const word = Math.max(...words.map((one) => one.length))
  const needed = Math.max(leastBeside, Math.min(word, width - below.length))
  const column = [longest, longestTerm(items)].find((one) => width - (one + 4) >= needed)
  return items.flatMap(([term, meaning]): readonly string[] => {
    if (column === undefined) {
      return [...wrapLine(term, width, '  ', '    '), ...wrapLine(meaning, width, below)]
    }
    const [first = '', ...further] = wrapLine(meaning, width, ' '.repeat(column + 4))
    if (term.length > column) return [`  ${term}`, first, ...further]
    return [`  ${term.padEnd(column)}  ${first.trimStart()}`.trimEnd(), ...further]
  })
}

/**
 * Paragraphs wrapped. Lines that begin with the same blanks are one paragraph, and keep these; an empty
 * line divides.
 */
function wrapText(text: string, width: number): readonly string[] {
  const paragraphs: Array<{ indent: string; words: string }> = []
  for (const line of text.split('\n')) {
    const indent = /^ */.exec(line)?.[0] ?? ''
    const last = paragraphs.at(-1)
    if (last !== undefined && line !== '' && last.words !== '' && last.indent === indent) {
      last.words += ` ${line.trim()}`
    } else paragraphs.push({ indent, words: line.trim() })
  }
  return paragraphs.flatMap(({ indent, words }) =>
    words === '' ? [''] : wrapLine(words, width, indent),
  )
}

/** One text in lines; `further` stands before all but the first. */
export function wrapLine(
  text: string,
  width: number,
  first: string,
  further = first,
): readonly string[] {
  return fill(text.split(/ +/), width, first, further, '')
}

/** A command line in lines that a shell reads as one: each but the last ends with a backslash. */
function wrapCommand(line: string, width: number): readonly string[] {
  return fill(splitCommand(line), width, '  $ ', '      ', ' \\')
}

/** Puts as many words into each line as fit; `end` is what a line ends with that is gone on with. */
function fill(
  words: readonly string[],
  width: number,
  first: string,
  further: string,
  end: string,
): readonly string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const [index, word] of words.entries()) {
    const next = empty ? `${line}${word}` : `${line} ${word}`
    const room = index === words.length - 1 ? width : width - end.length
    if (!empty && next.length > room) {
      lines.push(`${line}${end}`)
      line = `${further}${word}`
    } else line = next
    empty = false
  }
  return [...lines, line]
}

/** The words of a command line; within a substitution a shell takes a line apart as well. */
function splitCommand(line: string): readonly string[] {
  const words = ['']
  const open: string[] = []
  for (const [index, character] of [...line].entries()) {
    const last = open.at(-1)
    if (character === ' ' && (last === undefined || last === '(')) {
      words.push('')
      continue
    }
    words.push(`${words.pop() ?? ''}${character}`)
    if (character === '(' && last !== "'" && /[$<]/.test(line[index - 1] ?? '')) open.push('(')
    else if (character === ')' && last === '(') open.pop()
    else if ((character === '"' || character === "'") && last === character) open.pop()
    else if (character === '"' && last !== "'") open.push(character)
    else if (character === "'" && last !== '"') open.push(character)
  }
  return words
}
