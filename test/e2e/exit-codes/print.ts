import { codes } from './row.ts'
import { table } from './table.ts'

/** The table as a document: each command, each code, and how it is shown, or why it is none. */
export function printTable(): string {
  const parts = Object.entries(table).map(([command, { shown, never }]) => {
    const lines = codes.flatMap((code) => {
      const ways = shown.filter((one) => one.code === code)
      return ways.map(({ line, when }) => `- ${code}: \`tokn ${line}\`${when && `: ${when}`}`)
    })
    const none = never.map(({ codes: these, why, elsewhere }) => {
      return `- ${these.join(', ')}${elsewhere ? ', shown by' : ' never:'} ${why}`
    })
    return `## ${command}\n\n${[...lines, ...none].join('\n')}\n`
  })
  return `${head}\n${parts.join('\n')}`
}

const head = `# How each command can end

Made from the rows of this folder; a test compares it with them. Each line that shows a command is a test
of that name, which runs it with the real program, in words and with --json.
`
