import type { Given } from './scene.ts'

export const codes = [
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  111,
  126,
  127,
  '128+n',
  130,
] as const
export type Code = (typeof codes)[number]

/** One way for a command to end. */
export interface Shown {
  readonly code: Code
  /** The words behind `tokn`; `$NAME` is a variable of the scene. */
  readonly line: string
  readonly given: readonly Given[]
  /** What was given, for the name of the test. */
  readonly when: string
  /** What is looked at besides the status. */
  readonly as?: As
}

export interface As {
  /** The status itself, where the code stands for several. */
  readonly status?: number
  /** Its answer is on standard output although it fails: what was checked, or each result. */
  readonly answers?: true
  /** There is nothing that the user could do. */
  readonly noHint?: true
  /** The status and the words are those of another program, or there is nobody left to say any. */
  readonly notOurs?: true
  /** What it did cannot be done twice: with --json it is shown anew. */
  readonly apart?: true
  /** It asks; with --json it would ask too, and that is shown once. */
  readonly once?: true
}

/** A code that no row shows, since a command never ends with it or another test shows it. */
export interface Never {
  readonly codes: readonly Code[]
  readonly why: string
  /** `why` is the test that shows it. */
  readonly elsewhere?: true
}

export interface Rows {
  readonly shown: readonly Shown[]
  readonly never: readonly Never[]
}

export function row(
  code: Code,
  line: string,
  when = '',
  given: readonly Given[] = [],
  as: As = {},
): Shown {
  return { code, line, given, when, as }
}

export function never(why: string, ...these: readonly Code[]): Never {
  return { codes: these, why }
}

/** A code that a test of its own shows. */
export function elsewhere(test: string, ...these: readonly Code[]): Never {
  return { codes: these, why: test, elsewhere: true }
}

/** The codes of `exec`, for a command that starts nothing. */
export const startsNothing = never('it starts no program', 111, 126, 127, '128+n')
/** For a command of which all there is lies in plain files. */
export const asksNobody = never('it asks no provider', 4, 5, 6, 7, 11)
export const unlocksNothing = never('it opens no store', 8)
export const judgesNothing = never('it judges nothing', 10)
export const oneThing = never('it does one thing', 12)
export const waitsForNothing = never('it waits for nothing and nobody', 130)
