import { createHash } from 'node:crypto'
import { inWords } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { timestamp } from '../../core/data-text.ts'
import { words } from '../../messages/words.ts'

/** A length of time, or an instant, in milliseconds. A class, to tell it from a JSON object. */
export class Time {
  readonly kind: 'duration' | 'instant'
  readonly milliseconds: number

  constructor(kind: 'duration' | 'instant', milliseconds: number) {
    this.kind = kind
    this.milliseconds = milliseconds
  }
}

/** The value of a placeholder before it is text. */
export type Value = Json | Time

export type ValueKind = 'text' | 'list' | 'duration' | 'instant'

type Transform = (value: Value, argument: string | undefined) => Json

interface Entry {
  readonly takes: ValueKind
  readonly apply: Transform
}

/** Every transform, with the kind of value that it takes. */
export const transforms: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ...durations({ milliseconds: 1, seconds: 1_000, minutes: 60_000 }),
  ...durations({ hours: 3_600_000, days: 86_400_000 }),
  ['words', { takes: 'duration', apply: (value) => inPluralWords(durationOf(value)) }],
  ['iso', { takes: 'instant', apply: (value) => timestamp(instantOf(value)) }],
  ['epoch', { takes: 'instant', apply: (value) => Math.floor(instantOf(value) / 1_000) }],
  ['epoch-milliseconds', { takes: 'instant', apply: (value) => instantOf(value) }],
  ['rfc1123', { takes: 'instant', apply: (value) => new Date(instantOf(value)).toUTCString() }],
  ['date', { takes: 'instant', apply: (value) => timestamp(instantOf(value)).slice(0, 10) }],
  ['space', { takes: 'list', apply: (value) => listOf(value).join(' ') }],
  ['comma', { takes: 'list', apply: (value) => listOf(value).join(',') }],
  ['list', { takes: 'list', apply: (value) => [...listOf(value)] }],
  ['json-array', { takes: 'list', apply: (value) => JSON.stringify(listOf(value)) }],
  ['map', { takes: 'list', apply: mapOf }],
  ['percent', ofText(percentEncode)],
  ['base64', ofText((value) => Buffer.from(value).toString('base64'))],
  ['base64url', ofText((value) => Buffer.from(value).toString('base64url'))],
  ['sha256', ofText((value) => createHash('sha256').update(value).digest('hex'))],
  ['lower', ofText((value) => value.toLowerCase())],
  ['upper', ofText((value) => value.toUpperCase())],
  ['string', ofText((value) => value)],
  ['number', ofText(numberOf)],
  ['boolean', ofText(booleanOf)],
])

/** Percent-encoded (RFC 3986); a lone surrogate becomes U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

/** The plain text of a value: of a duration its seconds, of an instant its RFC 3339 form. */
export function textOf(value: Value): string {
  const plain = jsonOf(value)
  if (typeof plain === 'string') return plain
  if (Array.isArray(plain)) return plain.join(' ')
  return typeof plain === 'object' ? JSON.stringify(plain) : String(plain)
}

/** A value as JSON. */
export function jsonOf(value: Value): Json {
  if (!(value instanceof Time)) return value
  if (value.kind === 'instant') return timestamp(value.milliseconds)
  return wholeUnits(value.milliseconds, 1_000, 'seconds')
}

function durations(units: Readonly<Record<string, number>>): Array<[string, Entry]> {
  return Object.entries(units).map(([name, unit]) => [
    name,
    { takes: 'duration', apply: (value) => wholeUnits(durationOf(value), unit, name) },
  ])
}

function ofText(apply: (value: string) => Json): Entry {
  return { takes: 'text', apply: (value) => apply(textOf(value)) }
}

function wholeUnits(duration: number, unit: number, name: string): number {
  if (duration % unit === 0) return duration / unit
  throw new ToknError('usage', words.requests.lifetimesInUnits(name))
}

// In the plural where that is exact, as in API documents: `24 hours` rather than `1 day`.
function inPluralWords(duration: number): string {
  const phrase = inWords(duration)
  const smaller = { '1 year': '365 days', '1 day': '24 hours', '1 hour': '60 minutes' }
  return Object.entries(smaller).find(([singular]) => singular === phrase)?.[1] ?? phrase
}

function durationOf(value: Value): number {
  return numeric(value, 'duration')
}

function instantOf(value: Value): number {
  return numeric(value, 'instant')
}

function numeric(value: Value, kind: 'duration' | 'instant'): number {
  if (value instanceof Time && value.kind === kind) return value.milliseconds
  const { notADurationValue, notAnInstantValue } = words.requests
  throw new ToknError('usage', kind === 'duration' ? notADurationValue() : notAnInstantValue())
}

function listOf(value: Value): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [textOf(value)]
}

function mapOf(value: Value, argument = 'true'): Json {
  const mark = /^[0-9]{1,9}$/.test(argument) ? Number(argument) : argument
  const marked = mark === 'true' ? true : mark
  return Object.fromEntries(listOf(value).map((name) => [name, marked]))
}

function numberOf(value: string): Json {
  const number = Number(value)
  if (value.trim() !== '' && Number.isFinite(number)) return number
  throw new ToknError('usage', words.requests.notANumber())
}

function booleanOf(value: string): Json {
  if (value === 'true' || value === 'false') return value === 'true'
  throw new ToknError('usage', words.requests.notABoolean())
}
