import { display } from '../../core/text.ts'
import type { CommonFlags, Context } from '../context.ts'
import { checkOneShape, jsonFlag } from './json.ts'

/**
 * The columns of `--plain`, in their order, by the names that they have as fields of the documents. A
 * script counts them: a new one comes behind the others.
 */
export const plainColumns = {
  // Behind them, the facts that the provider tells of a token: NAME=VALUE.
  list: 'id name state expires_at saved_as scopes',
  status:
    'profile state expires_at provider where store default credentials_kept problem fix expires_in',
  'status --store':
    'profile state generation expires_at provider pending wishes problem id expires_in',
  'profile list': 'name default provider base_url store logged_in expired',
  'provider list': 'id source title docs',
  check: 'profile ok reason expires_in needed',
  why: 'generation at reason command pid parent cost issued_by host job',
  'store list': 'store in_force usable where profiles source problem',
  'store verify': 'profile status generation problem fix id',
  which: 'kind winner value source variable path ignored',
  doctor: 'id status detail fix',
  'agent status': 'profile state expires_at generation',
  'uninstall --list': 'kind sight path service account files bytes more',
} as const satisfies Readonly<Record<string, string>>

/** Throws `usage` where another shape is asked for besides. */
export function checkPlain(flags: CommonFlags & { readonly plain?: boolean }): void {
  checkOneShape(flags.plain === true ? '--plain' : undefined, jsonFlag(flags))
}

/**
 * Prints a line for each entry, its columns separated by tabs: what is not known is empty, and whatever
 * is in a cell, it is neither a tab nor a line break.
 */
export function printPlain(
  { terminal }: Pick<Context, 'terminal'>,
  table: keyof typeof plainColumns,
  entries: ReadonlyArray<Readonly<Record<string, unknown>>>,
): void {
  const columns = plainColumns[table].split(' ')
  const lines = entries.map((entry) => {
    const facts = table === 'list' ? Object.entries(entry['facts'] ?? {}) : []
    const further = facts.map(([name, value]) => `${name}=${String(value)}`)
    return [...columns.map((name) => entry[name]), ...further].map(cellOf).join('\t')
  })
  terminal.out(lines.map((line) => `${line}\n`).join(''))
}

function cellOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(cellOf).join(',')
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
  return display(text, Number.POSITIVE_INFINITY)
}
