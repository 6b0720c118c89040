import { isToknError, ToknError } from '../../core/errors.ts'
import { variableOf } from '../../core/variable.ts'

/**
 * `error` of a login made of variables: its hint names these in the place of the flags of `tokn login`,
 * which the command does not have. A whole command stays as it is.
 */
export function inVariables(error: unknown): unknown {
  if (!isToknError(error) || error.details.hint === undefined) return error
  const { hint } = error.details
  const told = typeof hint === 'string' ? withVariables(hint) : hint.map(withVariables)
  return new ToknError(error.code, error.message, { ...error.details, hint: told, cause: error })
}

function withVariables(hint: string): string {
  if (/\btokn /.test(hint)) return hint
  return hint
    .replaceAll(/--set ([a-z_]+)=/g, (_, name: string) => `${variableOf(name)}=`)
    .replaceAll(/--([a-z][a-z-]*)( (?=\w))?/g, (_, flag: string, blank?: string) => {
      const variable = variableOf(flag.replaceAll('-', '_'))
      return blank === undefined ? variable : `${variable}=`
    })
}
