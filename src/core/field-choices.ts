import type { Field } from './provider.ts'

type Choosing = Pick<Field, 'choices' | 'aliases'>

/** What `value` is kept as: the choice that it is, or is another name of; `undefined` for none. */
export function choiceOf({ choices, aliases }: Choosing, value: string): string | undefined {
  if (choices === undefined || choices.includes(value)) return value
  return aliases !== undefined && Object.hasOwn(aliases, value) ? aliases[value] : undefined
}

/** The choices of a field for a person, each with the other names that one would type. */
export function listChoices({ choices = [], aliases = {} }: Choosing): readonly string[] {
  return choices.map((choice) => {
    const others = Object.keys(aliases).filter((name) => aliases[name] === choice)
    const short = others.filter((name) => !name.includes(':'))
    return short.length === 0 ? choice : `${choice} (${short.join(', ')})`
  })
}
