import type { Field } from './provider.ts'
import { variableOf } from './variable.ts'

/** How the value of a field can be given, to follow "hint:"; a secret never on a command line. */
export function howToGive(field: Given): string {
  const flag = field.secret === true ? '' : `, or log in with ${flagOf(field)}`
  return `set ${variablesOf(field)}${flag}`
}

/** As `howToGive`, for one line of several. */
export function waysToGive(field: Given): string {
  return `${variablesOf(field)}${field.secret === true ? '' : `, or ${flagOf(field)}`}`
}

function flagOf({ name, flag }: Given): string {
  return flag ?? `--set ${name}=...`
}

type Given = Pick<Field, 'name' | 'secret' | 'file' | 'flag'>

/** `TOKN_USERNAME or TOKN_USERNAME_FILE`. */
export function variablesOf({ name, file }: Given): string {
  const variable = variableOf(name)
  // The answer to one that asks for a file is a path, not what is in another file.
  return file !== undefined ? variable : `${variable} or ${variable}_FILE`
}
