import { ToknError } from '../../core/errors.ts'
import type { Field } from '../../core/provider.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** Returns `value`; throws `usage` for one that the field cannot have. */
export function checkChoice(field: Field, value: string): string {
  if (field.choices === undefined || field.choices.includes(value)) return value
  const given = display(value, 60)
  throw new ToknError('usage', words.login.notChoice(field.name, given, field.choices))
}
