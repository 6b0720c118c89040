import { latestInstant } from '../../core/expiry.ts'

/** 1 January 2000: a new token cannot have ended earlier, so such a number means something else. */
const earliest = 946_684_800_000
/** The first instant after the year 9999 in every zone: nothing later is a date. */
const farthest = 253_402_387_200_000
/** The year 9999 begins: how several languages write "never". */
const lastYear = 253_370_764_800_000
const year = 31_536_000_000
/** A longer lifetime, in milliseconds, is more likely a number with another meaning. */
export const longLife = 10.1 * year

/** Whether `at` (epoch milliseconds) is so far in the future that it means "never". */
export function isNever(at: number): boolean {
  return at > latestInstant && at < farthest
}

/**
 * Epoch milliseconds of a number by its size: seconds, milliseconds, microseconds and nanoseconds of
 * the years 1973 to 5138 do not overlap. Only the end of the year 9999 is looked for in every unit.
 */
export function epochBySize(number: number): number {
  const last = [number * 1_000, number, number / 1e3, number / 1e6].find(
    (at) => at >= lastYear && at < farthest,
  )
  if (last !== undefined) return last
  if (number <= 1e11) return number * 1_000
  if (number > 1e17) return number / 1e6
  return number > 1e14 ? number / 1e3 : number
}

/** The instant of a new token that a number means, in its own or in another unit. */
export function plausibleInstant(at: number, number: number): number | undefined {
  return [at, epochBySize(number)].find((one) => one <= 0 || (one >= earliest && one < farthest))
}

/**
 * The instant that a number most likely means though a length was expected: the length would be more
 * than ten years, and the instant is between a day ago and ten years from now. `undefined` for every
 * other number.
 */
export function instantGivenAsLength(
  number: number,
  length: number,
  now: number,
): number | undefined {
  // The greatest 32-bit number means "for ever", and not January 2038.
  if (length <= longLife || number === 2_147_483_647) return undefined
  const at = epochBySize(number)
  return at > now - 86_400_000 && at < now + 10 * year ? at : undefined
}
