import { variableOf } from '../core/variable.ts'

/** What a login is made with, as far as it has to be told from another one. */
export interface LoginMarks {
  /** Absent: no login is meant, but whatever session there is. */
  readonly provider?: string | undefined
  /** By what the value of each variable that is set is recognised, by its name. */
  readonly marks: Readonly<Record<string, string>>
}

// The CI system itself makes these anew, for each job or for each step: they are no other account.
const ofTheSystem: ReadonlySet<string> = new Set(
  ['ci_request_url', 'ci_request_token', 'ci_id_token'].map(variableOf),
)

/**
 * Whether a login with `now` would be the one that was made with `before`, which has looked for the
 * variables `asked`. One that is not set any more is no difference: secrets are given to the step that
 * logs in, and kept from the others.
 */
export function isSameLogin(
  before: LoginMarks,
  asked: ReadonlySet<string>,
  now: LoginMarks,
): boolean {
  if (now.provider === undefined) return true
  if (now.provider !== before.provider) return false
  return [...asked].every(
    (variable) =>
      ofTheSystem.has(variable) ||
      [variable, `${variable}_FILE`].every((name) => {
        const mark = now.marks[name]
        return mark === undefined || mark === before.marks[name]
      }),
  )
}

/** `NAME.mark,...`, as a part of a query. */
export function writeMarks(marks: LoginMarks['marks']): string {
  return Object.entries(marks)
    .map(([name, mark]) => `${name}.${mark}`)
    .join(',')
}

/** `undefined` for what `writeMarks` did not write. */
export function readMarks(text: string): LoginMarks['marks'] | undefined {
  const marks: Record<string, string> = {}
  for (const part of text === '' ? [] : text.split(',')) {
    const [, name, mark] = /^([A-Za-z][A-Za-z0-9_]*)\.([0-9a-f]+)$/.exec(part) ?? []
    if (name === undefined || mark === undefined) return undefined
    marks[name] = mark
  }
  return marks
}
