import type { Answer } from './candidates.ts'
import type { CompletedShell } from './shells.ts'
import { quoteWithin, readShellLine, type ShellWord } from './shell-line.ts'

/** So many are sent to a shell that finds by itself what is meant: by letters in any case, or within. */
const many = 500

/**
 * The answer for a shell: what kind it is, in a line, and a line for each word. `offset` is the number
 * of words before the first behind `tokn`.
 *
 * zsh, fish and PowerShell put a word in quotes themselves, or their script does; what it is about
 * stands behind a tab. zsh is told by which signs the word is divided, and gets what is behind them.
 */
export function printAnswer(
  { kind, at, head, typed, choices }: Answer,
  shell: Exclude<CompletedShell, 'bash'>,
  offset: number,
): string {
  if (kind === 'command' || kind === 'curl') return `${kind} ${at + offset}\n`
  const before = shell === 'zsh' ? [...head].filter((sign) => /[=:,]/.test(sign)).join('') : head
  const first = before === '' ? kind : `${kind} ${before}`
  const whole = shell !== 'pwsh' && choices.length <= many
  const meant = whole ? choices : choices.filter(({ value }) => value.startsWith(typed))
  const lines = meant.map(({ value, about }) => {
    const word = shell === 'zsh' ? value : `${head}${value}`
    return about === '' ? word : `${word}\t${about}`
  })
  return `${[first, ...lines].join('\n')}\n`
}

/**
 * The answer for bash, which takes words as they have to be typed. `word` is the one that is being
 * typed, and `text` the end of it that bash replaces: it divides words by signs of its own.
 */
export function printForBash(
  { kind, head, typed, choices }: Answer,
  word: ShellWord,
  text: string,
): string {
  if (kind === 'command' || kind === 'curl') return `${kind}\n`
  const kept = word.raw.endsWith(text) ? word.raw.slice(0, word.raw.length - text.length) : ''
  const { value: said = '', quote = '' } = readShellLine(kept).at(-1) ?? {}
  const lines = new Set<string>([kind])
  for (const { value } of choices) {
    const whole = `${head}${value}`
    if (!value.startsWith(typed) || !whole.startsWith(said)) continue
    const text = quoteWithin(whole.slice(said.length), quote)
    if (text !== undefined) lines.add(text)
  }
  return `${[...lines].join('\n')}\n`
}
