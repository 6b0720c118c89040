import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { Expiry } from '../../core/expiry.ts'
import { display, showJson, timestamp } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import type { SchemaName } from './shapes.ts'

export function wantsJson(flags: CommonFlags): boolean {
  return flags.json === true || flags.fields !== undefined
}

/** Whether nothing is to be said beside the answer: it is not wanted, or a document is all there is. */
export function isQuiet(flags: CommonFlags): boolean {
  return flags.quiet === true || wantsJson(flags)
}

/** Throws `usage` where two flags ask for answers of different shapes; a name is `undefined` where not given. */
export function checkOneShape(...flags: ReadonlyArray<string | undefined>): void {
  const [first, second] = flags.filter((flag) => flag !== undefined)
  if (second === undefined) return
  throw new ToknError('usage', words.commands.notTogether(first ?? '', second))
}

/** The flag that asks for JSON, if any. */
export function jsonFlag(flags: CommonFlags): string | undefined {
  return flags.json === true ? '--json' : flags.fields === undefined ? undefined : '--fields'
}

/** Prints a complete JSON document, or the fields of it that were asked for. */
export function printJson(
  context: Context,
  flags: CommonFlags,
  document: Readonly<Record<string, unknown>>,
): void {
  const shown = flags.fields === undefined ? document : pick(document, flags.fields)
  context.terminal.out(`${showJson(withCommands(shown, context.completed))}\n`)
}

/** `value` with what it says is to be typed as it has to be typed here. */
function withCommands(value: unknown, complete: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withCommands(item, complete))
  if (!isObject(value) || 'toJSON' in value) return value
  const entries = Object.entries(value).map(([key, item]) => {
    const typed = (key === 'hint' || key === 'fix') && typeof item === 'string'
    return [key, typed ? complete(item) : withCommands(item, complete)]
  })
  return Object.fromEntries(entries) as unknown
}

/** Tells what was done: a document where one is wanted, else a sentence on standard error. */
export function tell(
  context: Context,
  flags: CommonFlags,
  sentence: string,
  document: Readonly<Record<string, unknown>>,
): void {
  if (wantsJson(flags)) printJson(context, flags, document)
  else if (flags.quiet !== true) context.terminal.say(sentence)
}

/**
 * Throws `usage` for a field that the document will not have, naming those that it will: for a command
 * that does what cannot be done twice, before it is done.
 */
export async function checkFields({ fields }: CommonFlags, schema: SchemaName): Promise<void> {
  if (fields === undefined) return
  // Most commands print no document: they need not load what is in all of them.
  const { namesIn, shapes } = await import('./shapes.ts')
  checkNames(splitFields(fields), namesIn(shapes[schema]))
}

function splitFields(fields: string): readonly string[] {
  return fields.split(',').map((name) => name.trim())
}

function checkNames(names: readonly string[], valid: readonly string[]): void {
  const unknown = names.find((name) => !valid.includes(name))
  if (unknown === undefined) return
  throw new ToknError('usage', words.commands.noSuchField(display(unknown, 60), valid.join(', ')))
}

/**
 * The fields named; those of the entries where the document is a list of entries. Throws `usage`
 * naming the valid ones.
 */
function pick(
  document: Readonly<Record<string, unknown>>,
  fields: string,
): Readonly<Record<string, unknown>> {
  const names = splitFields(fields)
  const listed = Object.entries(document).find(
    ([, value]) => Array.isArray(value) && value.some((item) => isObject(item)),
  )
  const entries = (listed?.[1] as readonly Record<string, unknown>[] | undefined) ?? []
  const inEntries = new Set(entries.flatMap((entry) => Object.keys(entry)))
  checkNames(names, [...new Set([...Object.keys(document), ...inEntries])])
  const top = names.filter((name) => name in document)
  const chosen: Record<string, unknown> = { schema: document['schema'] }
  for (const name of top) chosen[name] = document[name]
  const below = names.filter((name) => !(name in document))
  if (listed !== undefined && below.length > 0) {
    chosen[listed[0]] = entries.map((entry) =>
      Object.fromEntries(below.map((name) => [name, entry[name]])),
    )
  }
  return chosen
}

/** An instant for a JSON document: RFC 3339, or `null`. */
export function instant(at: number | undefined): string | null {
  return at === undefined ? null : timestamp(at)
}

/** An expiry for a JSON document. */
export function expiryFields(expiry: Expiry, now: number): Readonly<Record<string, unknown>> {
  const at = expiry.state === 'at' ? expiry.at : undefined
  return {
    expires_at: instant(at),
    expires_at_epoch: at === undefined ? null : Math.floor(at / 1_000),
    expires_in: at === undefined ? null : Math.floor((at - now) / 1_000),
    expiry: at === undefined ? expiry.state : 'known',
  }
}
