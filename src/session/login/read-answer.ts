import { homedir } from 'node:os'
import { join } from 'node:path'
import { ToknError } from '../../core/errors.ts'
import type { Field } from '../../core/provider.ts'
import { readValueText } from '../../core/value-text.ts'
import { words } from '../../messages/words.ts'
import { checkChoice, isPath } from './choices.ts'

/**
 * What a person typed or pasted as the answer to a field; empty for no answer. Blanks around it are
 * not its own: they come with what is copied. Of a secret that is `told`, since some have them.
 * Throws `usage` for what cannot be an answer.
 */
export function readAnswer(
  field: Field,
  typed: string,
  tell: (text: string) => void,
  checkFile: (path: string) => unknown,
): string {
  const answer = typed.trim()
  if (answer === '') {
    if (field.optional === true || field.default !== undefined) return ''
    throw new ToknError('usage', words.login.leftEmpty(field.label))
  }
  if (field.secret === true && answer !== typed.replace(/[\r\n]+$/, '')) {
    tell(words.login.blanksLeftOut(field.label))
  }
  const value = readValueText(answer, `"${field.label}"`)
  if (!isPath(field, value)) return checkChoice(field, value)
  // No shell has read it.
  const path = value.startsWith('~/') ? join(homedir(), value.slice(2)) : value
  checkFile(path)
  return path
}
