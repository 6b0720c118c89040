import type { Context } from '../context.ts'
import { printJson } from '../output/json.ts'

/** Prints help of `of`, a command or a topic; in a document where `words` ask for one. */
export function printHelp(
  context: Context,
  words: readonly string[],
  of: string,
  text: string,
): void {
  if (!words.includes('--json')) return context.terminal.out(text)
  printJson(context, { json: true }, { schema: 'tokn.help/v1', of, text })
}
