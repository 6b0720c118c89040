import { readWords } from '../flags/read-words.ts'
import { flagTable } from '../flags/table.ts'
import type { CredentialFlags } from './choose.ts'
import { credentialFlags, isTool, type Tool } from './table.ts'

export interface CredentialLine {
  readonly tool: Tool
  /** The words of the tool: those from the first on, behind its name, that is no flag of ours. */
  readonly operands: readonly string[]
  readonly flags: CredentialFlags
}

/**
 * Reads what stands behind `tokn credential`; `rest` are the words behind the first `--`. `undefined` for
 * what is not plainly a tool with flags of ours and words of its own: the tree knows.
 */
export function readCredentialLine(
  words: readonly string[],
  rest: readonly string[] | undefined,
): CredentialLine | undefined {
  const [tool = '', ...given] = words
  const at = isTool(tool) ? endOfOurs(given) : undefined
  const read = at === undefined ? at : readWords(given.slice(0, at), credentialFlags, flagTable)
  if (!isTool(tool) || read === undefined) return undefined
  const own = given.slice(at)
  const behind = own.length === 0 || rest === undefined ? rest : ['--', ...rest]
  return { tool, operands: [...own, ...(behind ?? [])], flags: read.flags }
}

/** Where the words of the tool begin; `undefined` where help is asked for, or that is not plain. */
function endOfOurs(words: readonly string[]): number | undefined {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [typed] = word.startsWith('--') ? word.split('=') : [word]
    const flag = credentialFlags.map((name) => flagTable[name]).find(isSpelled(typed))
    if (flag === undefined) {
      // A flag of ours and more in one word.
      const short = word.slice(0, 2)
      const glued = /^-[^-]/.test(word) && (short === '-h' || isKnown(short))
      return glued || word === '--help' ? undefined : index
    }
    if ('value' in flag && typed === word) index++
  }
  return words.length
}

function isKnown(spelling: string): boolean {
  return credentialFlags.map((name) => flagTable[name]).some(isSpelled(spelling))
}

function isSpelled(spelling: string | undefined) {
  return ({ names }: { readonly names: string }) => names.split(', ').includes(spelling ?? '')
}
