import type { Context } from './commands/context.ts'
import { runHeader } from './commands/header.ts'
import { runToken } from './commands/token.ts'

type HotCommand = (context: Context) => Promise<void>

const valued: Readonly<Record<string, string>> = {
  '-P': 'profile',
  '--profile': 'profile',
  '--min-ttl': 'minTtl',
  '--refresh': 'refresh',
  '-o': 'output',
  '--output': 'output',
}

/**
 * The commands that scripts call in loops, read without the command tree: loading it would take
 * longer than everything else. Any word that is not plainly understood here leaves it to the tree,
 * which then says what is wrong with it.
 */
export function readHotCommand(words: readonly string[]): HotCommand | undefined {
  const [command, ...rest] = words
  if (command !== 'token' && command !== 'header') return undefined
  const flags: Record<string, string | boolean> = {}
  let profile: string | undefined
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ''
    const [name = '', inline] = word.startsWith('--') ? splitOnce(word) : [word, undefined]
    const flag = Object.hasOwn(valued, name) ? valued[name] : undefined
    if (flag !== undefined) {
      const value = inline ?? rest[++index]
      if (value === undefined || value.startsWith('-')) return undefined
      flags[flag] = value
    } else if (word === '-n' && command === 'token') flags['bare'] = true
    else if (word === '-q' || word === '--quiet') flags['quiet'] = true
    else if (!word.startsWith('-') && profile === undefined) profile = word
    else return undefined
  }
  return command === 'token'
    ? (context) => runToken(context, profile, flags)
    : (context) => runHeader(context, profile, flags)
}

function splitOnce(word: string): [name: string, value: string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
