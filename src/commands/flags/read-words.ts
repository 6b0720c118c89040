import type { Flag } from './flag.ts'

export type FlagValue = string | boolean | readonly string[]

export interface ReadWords {
  readonly positional: string | undefined
  readonly flags: Readonly<Record<string, FlagValue>>
}

/** What a flag that begins with `--no-` says of another. */
const refused: Readonly<Record<string, string>> = {
  noInput: 'input',
  noColor: 'color',
  noBrowser: 'browser',
  noRemember: 'remember',
}

/**
 * `undefined` for words that are not plainly flags of the `table` that are `known`, and one argument
 * at most.
 */
export function readWords<Name extends string>(
  words: readonly string[],
  known: readonly Name[],
  table: Readonly<Record<Name, Flag>>,
): ReadWords | undefined {
  const flags: Record<string, FlagValue> = {}
  let positional: string | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [typed, inline] = word.startsWith('--') ? splitOnce(word) : [word, undefined]
    const name = known.find((one) => table[one].names.split(', ').includes(typed))
    if (name === undefined) {
      if (word.startsWith('-') || positional !== undefined) return undefined
      positional = word
      continue
    }
    const { value: valued, repeatable } = table[name]
    if (valued === undefined && inline !== undefined) return undefined
    const value = valued === undefined ? true : (inline ?? words[++index] ?? '-')
    if (typeof value === 'string' && value.startsWith('-')) return undefined
    const { [name]: before = [] } = flags
    const { [name as string]: other } = refused
    if (repeatable === true) flags[name] = [before, value].flat() as readonly string[]
    else if (other !== undefined) flags[other] = false
    else flags[name] = value
  }
  return { positional, flags }
}

function splitOnce(word: string): [name: string, value: string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
