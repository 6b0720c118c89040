import { isObject } from '../../core/json.ts'

/**
 * What of a record readers may know: enough to hand its access token out, and to say of what it is.
 * A member that is not named here is for refreshers alone, also one that later versions add.
 */
const forReaders: ReadonlySet<string> = new Set([
  ...['v', 'profileId', 'generation', 'accessSince', 'provider', 'binding', 'definition'],
  ...['origins', 'attach', 'access', 'expiry', 'refreshExpiry', 'obtainedAt', 'prolongedAt'],
  ...['boot', 'id', 'name', 'scopes', 'fixed', 'standing'],
])

/** Of the facts of a login, those that readers may know: a token that says who somebody is. */
const factsForReaders: ReadonlySet<string> = new Set(['id_token'])

/** The text of a record in two: for readers, and what refreshers have besides. */
export function divideRecord(text: string): { readonly readers: string; readonly rest: string } {
  const record: unknown = JSON.parse(text)
  if (!isObject(record)) throw new Error('a record is an object')
  const { context } = record
  const facts = isObject(context) ? Object.entries(context) : undefined
  const [open, rest] = divide(Object.entries(record), forReaders)
  const [openFacts] = facts === undefined ? [undefined] : divide(facts, factsForReaders)
  const readers = {
    ...Object.fromEntries(open),
    ...(openFacts === undefined ? {} : { context: Object.fromEntries(openFacts) }),
  }
  return { readers: JSON.stringify(readers), rest: JSON.stringify(Object.fromEntries(rest)) }
}

/** The text of the whole record again. */
export function joinRecord(readers: string, rest: string): string {
  return JSON.stringify({ ...(JSON.parse(readers) as object), ...(JSON.parse(rest) as object) })
}

type Member = readonly [name: string, value: unknown]

function divide(members: readonly Member[], names: ReadonlySet<string>) {
  const open = members.filter(([name]) => names.has(name))
  return [open, members.filter(([name]) => !names.has(name))] as const
}
