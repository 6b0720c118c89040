import type { Field } from './provider.ts'

/** How the value of a field can be given, to follow "hint:"; a secret never on a command line. */
export function howToGive({ name, secret, file }: Pick<Field, 'name' | 'secret' | 'file'>): string {
  const variable = `TOKN_${name.toUpperCase()}`
  // The answer to one that asks for a file is a path, not what is in another file.
  const variables = file === true ? variable : `${variable} or ${variable}_FILE`
  return `set ${variables}${secret === true ? '' : `, or log in with --set ${name}=...`}`
}
