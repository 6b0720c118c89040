import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { Expiry } from '../../core/expiry.ts'
import { showJson, timestamp } from '../../core/data-text.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import type { SchemaName } from './shapes.ts'

export type Document = Readonly<Record<string, unknown>>

export function wantsJson(flags: CommonFlags & { readonly jsonLines?: boolean }): boolean {
  return flags.json === true || flags.jsonLines === true || flags.fields !== undefined
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
export function printJson(context: Context, flags: CommonFlags, document: Document): void {
  if (flags.fields !== undefined && choose === undefined) throw new Error('fields not checked')
  const shown = flags.fields === undefined ? document : choose?.(document)
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
  sentences: string | readonly string[],
  document: Readonly<Record<string, unknown>>,
): void {
  if (wantsJson(flags)) return printJson(context, flags, document)
  if (flags.quiet === true) return
  for (const sentence of [sentences].flat()) context.terminal.say(sentence)
}

/**
 * Throws `usage` for a field that the document will not have, naming those that it will: before
 * anything is done. Every command that prints a document calls it.
 */
export async function checkFields(flags: CommonFlags, schema: SchemaName): Promise<void> {
  if (flags.fields === undefined) return
  // Most commands print no document: they need not load what is in all of them.
  const { chooseFields } = await import('./fields.ts')
  choose = chooseFields(flags.fields, schema)
}

/** What the fields that were checked leave of the document: a process runs one command. */
let choose: ((document: Document) => Document) | undefined

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
    expiry: howKnown(expiry),
  }
}

function howKnown(expiry: Expiry): 'known' | 'assumed' | 'never' | 'unknown' {
  if (expiry.state !== 'at') return expiry.state
  return expiry.assumed === true ? 'assumed' : 'known'
}
