import { isObject } from '../core/json.ts'

/** Gives `value` as it is typed; throws `Malformed` for anything else. */
export type Reader<Value> = (value: unknown) => Value

/** What a reader throws; it says nothing of the value, which may be secret. */
export class Malformed extends Error {}

/** One reader for every property of a type, those that it may leave out as well. */
export type Fields<Type> = { readonly [Name in keyof Type]-?: Reader<Type[Name]> }

type Readers = Readonly<Record<string, Reader<unknown>>>
type Optional<Table extends Readers> = {
  [Name in keyof Table]: undefined extends ReturnType<Table[Name]> ? Name : never
}[keyof Table]

/** The type that a table of fields reads. */
export type Values<Table extends Readers> = {
  readonly [Name in Exclude<keyof Table, Optional<Table>>]: ReturnType<Table[Name]>
} & { readonly [Name in Optional<Table>]?: ReturnType<Table[Name]> }

/** `undefined` for what is no JSON, or not what `reader` reads. */
export function readOrNothing<Value>(reader: Reader<Value>, json: string): Value | undefined {
  try {
    return reader(JSON.parse(json))
  } catch {
    return undefined
  }
}

export const text: Reader<string> = (value) => {
  if (typeof value === 'string') return value
  throw new Malformed()
}

export const number: Reader<number> = (value) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new Malformed()
}

export const flag: Reader<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  throw new Malformed()
}

/** One of the keys of `all`: a record, so that the compiler can ask for every one. */
export function keyOf<Key extends string>(all: Readonly<Record<Key, unknown>>): Reader<Key> {
  return (value) => {
    const key = text(value)
    if (Object.hasOwn(all, key)) return key as Key
    throw new Malformed()
  }
}

export function optional<Value>(reader: Reader<Value>): Reader<Value | undefined> {
  return (value) => (value === undefined ? undefined : reader(value))
}

/** As JSON says that there is none. */
export function orNull<Value>(reader: Reader<Value>): Reader<Value | null> {
  return (value) => (value === null ? null : reader(value))
}

export function list<Value>(reader: Reader<Value>): Reader<readonly Value[]> {
  return (value) => {
    if (Array.isArray(value)) return value.map((item) => reader(item))
    throw new Malformed()
  }
}

/** One text, or several lines. */
export const lines: Reader<string | readonly string[]> = (value) =>
  typeof value === 'string' ? value : list(text)(value)

/** An object of any keys. */
export function map<Value>(reader: Reader<Value>): Reader<Readonly<Record<string, Value>>> {
  return (value) => {
    if (!isObject(value)) throw new Malformed()
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reader(item)]))
  }
}

/** An object of the fields in `table`; it loses any other. */
export function object<Table extends Readers>(table: Table): Reader<Values<Table>> {
  return (value) => {
    if (!isObject(value)) throw new Malformed()
    const read = Object.entries(table).map(([name, reader]) => [name, reader(value[name])])
    return Object.fromEntries(read) as Values<Table>
  }
}
