import { isObject } from '../../core/json.ts'

/** The members, at any depth, that are instants in what is kept of a session. */
const names: ReadonlySet<string> = new Set([
  ...['at', 'sentAt', 'since', 'asked', 'until', 'obtainedAt', 'prolongedAt', 'rejectedAt'],
])

/** 1 January 2000: what is before it, 0 above all, is no instant that a clock has shown. */
const first = 946_684_800_000

/**
 * The JSON of a record, of an entry of the index, or of an intent or answer of a journal, with all of
 * its instants later by so many milliseconds; what is no JSON stays. By the opposite it is the same again.
 */
export function shiftInstants(text: string, by: number): string {
  if (by === 0 || text === '') return text
  try {
    return JSON.stringify(shift(JSON.parse(text), by))
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

function shift(value: unknown, by: number): unknown {
  if (Array.isArray(value)) return value.map((one) => shift(one, by))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => [
    name,
    typeof member !== 'number'
      ? shift(member, by)
      : names.has(name) && member >= first
        ? member + by
        : member,
  ])
  return Object.fromEntries(members)
}
