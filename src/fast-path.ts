import type { Context } from './commands/context.ts'
import { flagTable, type Flag, type FlagName } from './commands/flags/table.ts'
import { runHeader } from './commands/header.ts'
import { runToken } from './commands/token.ts'

type FastCommand = (context: Context) => Promise<void>

/** The commands that are read here. */
const commands = { token: runToken, header: runHeader }

/** The flags of each that are read here, and that no check of values stands before. */
const fast: Readonly<Record<keyof typeof commands, readonly FlagName[]>> = {
  token: ['profile', 'minTtl', 'refresh', 'output', 'var', 'quiet', 'bare'],
  header: ['profile', 'minTtl', 'refresh', 'output', 'quiet'],
}

/**
 * The commands that scripts call in loops, read without the command tree: loading it would take
 * longer than everything else. Any word that is not plainly understood here leaves it to the tree,
 * which then says what is wrong with it.
 */
export function readFastCommand(
  words: readonly string[],
  run: typeof commands = commands,
): FastCommand | undefined {
  const [command, ...rest] = words
  if (command !== 'token' && command !== 'header') return undefined
  const flags: Record<string, string | boolean> = {}
  let profile: string | undefined
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ''
    const [name = '', inline] = word.startsWith('--') ? splitOnce(word) : [word, undefined]
    const flag = fast[command].find((one) => flagTable[one].names.split(', ').includes(name))
    const { value: valued }: Partial<Flag> = flag === undefined ? {} : flagTable[flag]
    if (flag !== undefined && valued !== undefined) {
      const value = inline ?? rest[++index]
      if (value === undefined || value.startsWith('-')) return undefined
      flags[flag] = value
    } else if (flag !== undefined && inline === undefined) flags[flag] = true
    else if (!word.startsWith('-') && profile === undefined) profile = word
    else return undefined
  }
  return (context) => run[command](context, profile, flags)
}

function splitOnce(word: string): [name: string, value: string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
