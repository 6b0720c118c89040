import type { Choice } from '../commands/completion/table.ts'
import { plain, replaceUnprintable } from '../core/data-text.ts'

/**
 * Foreign choices that a terminal can show. A value with a sign in it that drives a terminal, or shows
 * as nothing, is left out: without the sign it would be another one. What it is about goes without.
 */
export function withoutUnprintable(choices: readonly Choice[]): readonly Choice[] {
  return choices.flatMap(({ value, about }) =>
    value === '' || showable(value) !== value ? [] : [{ value, about: showable(about) }],
  )
}

function showable(text: string): string {
  if (plain.test(text)) return text
  return replaceUnprintable(text.replace(/[\ud800-\udfff]/gu, '\ufffd'), () => ' ')
}
