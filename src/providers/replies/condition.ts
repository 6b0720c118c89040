import type { Condition } from '../schema/definition.ts'
import { asList } from '../schema/as-list.ts'
import { findValue, type ReplyView } from './place.ts'

type Scalar = string | number | boolean | null

/** Whether a reply meets all parts of `condition`. */
export function holds(condition: Condition, status: number, view: ReplyView): boolean {
  const statuses = condition.status
  if (statuses !== undefined && !asList(statuses).includes(status)) return false
  if (condition.at === undefined) return true
  const value = findValue(condition.at, view)
  const { equals, not, contains, least, exists } = condition
  const present = value !== undefined && value !== null
  if (exists !== undefined && exists !== present) return false
  if (equals !== undefined && !oneOf(equals, value)) return false
  if (not !== undefined && oneOf(not, value)) return false
  if (contains !== undefined && !within(contains, value)) return false
  if (least !== undefined && !(numberOf(value) >= least)) return false
  const bare = [equals, not, contains, least, exists].every((said) => said === undefined)
  return !bare || present
}

function oneOf(expected: Scalar | readonly Scalar[], value: unknown): boolean {
  return asList<Scalar>(expected).some((item) => {
    if (item === null || value === null || value === undefined) return item === value
    return typeof value !== 'object' && String(item) === String(value)
  })
}

function within(text: string, value: unknown): boolean {
  if (value === undefined || value === null) return false
  const whole = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return whole.toLowerCase().includes(text.toLowerCase())
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}
