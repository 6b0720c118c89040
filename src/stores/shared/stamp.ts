import { randomBytes } from 'node:crypto'

/** When a record was written, as it says itself: its `incarnation` is the text of this. */
export interface Stamp {
  /** The life of the engine in which its tokens came; see `SharedEngine.incarnation`. */
  readonly life: string
  /** Another one with each login, later in order: refreshes keep it. */
  readonly birth: string
}

export function writeStamp({ life, birth }: Stamp): string {
  return `${birth} ${life}`
}

export function readStamp(text: string): Stamp {
  const at = text.indexOf(' ')
  return { birth: text.slice(0, Math.max(0, at)), life: text.slice(at + 1) }
}

const instantLength = 9

/**
 * Of a login that is stored `at` this instant by the engine's clock, in epoch milliseconds; behind those
 * `before` it, should that clock have gone back.
 */
export function newBirth(at: number, ...before: ReadonlyArray<string | undefined>): string {
  const instants = before.map((birth) => 1 + (instantOf(birth) ?? -1))
  const instant = Math.max(Math.trunc(at), ...instants)
  return `${instant.toString(36).padStart(instantLength, '0')}.${randomBytes(9).toString('base64url')}`
}

/** Whether `one` is of a login before that of `other`. */
export function isOlderBirth(one: string, other: string): boolean {
  const [first, second] = [instantOf(one), instantOf(other)]
  return first !== undefined && second !== undefined && first < second
}

function instantOf(birth: string | undefined): number | undefined {
  const digits = birth?.slice(0, instantLength)
  const isOrdered = birth?.charAt(instantLength) === '.' && /^[0-9a-z]+$/.test(digits ?? '')
  return digits !== undefined && isOrdered ? Number.parseInt(digits, 36) : undefined
}
