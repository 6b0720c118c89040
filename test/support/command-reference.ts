import { childrenIn, type Helps } from './helps.ts'

/** The text of docs/commands.md: what the program itself says of its commands and topics. */
export function printReference(helps: Helps, topics: ReadonlyMap<string, string>): string {
  const top = helps.get('') ?? ''
  const commands = walk(helps, []).map((path) => {
    const name = path.join(' ')
    return `## tokn ${name}\n\n${fence(withoutShared(helps.get(name) ?? ''))}`
  })
  const further = [...topics].map(([topic, text]) => `## tokn help ${topic}\n\n${fence(text)}`)
  return [head, fence(top), ...commands, ...further].join('\n')
}

const head = `# Commands

This is what \`tokn --help\`, \`tokn COMMAND --help\` and \`tokn help TOPIC\` print. A test compares it with the program;
\`npm run reference\` writes it. The flags under "Everywhere" are those of every command and are shown once, here.
`

/** Paths of the commands, in the order of the helps, groups before what is in them. */
function walk(helps: Helps, path: readonly string[]): ReadonlyArray<readonly string[]> {
  const children = childrenIn(helps.get(path.join(' ')) ?? '')
  return children.flatMap((name) => [[...path, name], ...walk(helps, [...path, name])])
}

function withoutShared(help: string): string {
  return help.replace(/\nEverywhere:\n(?: .*\n)+/, '')
}

function fence(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`
}
