import { showJson } from '../../core/data-text.ts'
import type { CommonFlags } from '../context.ts'
import { splitFields } from './fields.ts'

/** A document on a line of its own, or the fields of it that were asked for. */
export function jsonLine(
  document: Readonly<Record<string, unknown>>,
  { fields }: CommonFlags,
): string {
  const names = fields === undefined ? Object.keys(document) : ['schema', ...splitFields(fields)]
  const shown = Object.fromEntries(names.map((name) => [name, document[name]]))
  return `${showJson(shown, 'in a line')}\n`
}
