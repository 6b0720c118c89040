import { ToknError } from '../../core/errors.ts'
import { choiceOf, listChoices } from '../../core/field-choices.ts'
import type { Field } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** Returns `value` as it is kept; throws `usage` for one that the field cannot have. */
export function checkChoice(field: Field, value: string): string {
  const choice = choiceOf(field, value)
  if (choice !== undefined) return choice
  const given = display(value, 60)
  throw new ToknError('usage', words.login.notChoice(field.name, given, listChoices(field)))
}

/** Whether the answer to a field is the path of a file. */
export function isPath({ file }: Field, answer: string): boolean {
  return file === true || (file === 'public' && !isAddress(answer))
}

/** Whether it is no path, but an address, of whatever scheme, or nothing. */
function isAddress(answer: string): boolean {
  return answer === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(answer)
}
