import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { complete, type Answer } from '../commands/completion/candidates.ts'
import { printAnswer, printForBash } from '../commands/completion/print.ts'
import { readShellLine } from '../commands/completion/shell-line.ts'
import type { CompletionTable } from '../commands/completion/table.ts'
import type { Environment } from '../io/files/paths.ts'
import { writeAll } from '../io/terminal/write-all.ts'
import { openCompletionSources } from './completion-sources.ts'

/** Between the words of a line: nobody types it. */
const separator = '\u001f'

/**
 * Answers a shell, and ends the process. `folder` is that of the build. A line that is being typed shows
 * no error: where something is wrong, nothing is completed.
 */
export function start(shell: string | undefined, folder: string): void {
  // See `start` of the entry.
  process.on('SIGUSR1', () => undefined)
  answerCompletion(shell, process.env, join(folder, 'completion.json'))
    .then((text) => writeAll(1, text))
    .then(
      () => process.exit(0),
      () => process.exit(1),
    )
}

/**
 * The answer for `shell`, of a line that is in the environment, where other users cannot read it:
 * `COMP_LINE` up to the cursor and `COMP_WORD`, the end of it that bash replaces; or `COMP_WORDS`, the
 * words without their quotes, the last of them up to the cursor. `path` is that of the table.
 */
export async function answerCompletion(
  shell: string | undefined,
  environment: Environment,
  path: string,
): Promise<string> {
  const table = JSON.parse(readFileSync(path, 'utf8')) as CompletionTable
  const answer = async (words: readonly string[], typed: string): Promise<Answer> =>
    await complete(table, words, typed, openCompletionSources(environment, table))
  if (shell === 'bash') return await answerBash(environment, answer)
  if (shell !== 'zsh' && shell !== 'fish' && shell !== 'pwsh') return ''
  const words = (environment['COMP_WORDS'] ?? '').split(separator)
  const first = programAt(words) + 1
  const typed = words.length > first ? (words.at(-1) ?? '') : ''
  // Where lists begin at 1, as they do in zsh and fish; PowerShell counts as they do.
  return printAnswer(await answer(words.slice(first, -1), typed), shell, first + 1)
}

async function answerBash(
  { COMP_LINE: line = '', COMP_WORD: text = '' }: Environment,
  answer: (words: readonly string[], typed: string) => Promise<Answer>,
): Promise<string> {
  const words = readShellLine(line)
  const word = words.at(-1)
  if (word === undefined || word.quote === "$'") return 'words\n'
  if (word.redirected === true) return 'files\n'
  const own = words.filter(({ redirected }) => redirected !== true).map(({ value }) => value)
  const found = await answer(own.slice(programAt(own) + 1, -1), word.value)
  return printForBash(found, word, text)
}

/** The place of the program: variables may be set before it, for it alone. */
function programAt(words: readonly string[]): number {
  const at = words.findIndex((word) => !/^\w+\+?=/.test(word))
  return at < 0 ? 0 : at
}
