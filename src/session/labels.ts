import type { Field } from '../core/provider.ts'

/** A field as it is called within a sentence: its label, which begins with a capital. */
export function labelOf(fields: readonly Pick<Field, 'name' | 'label'>[], name: string): string {
  const { label = name } = fields.find((field) => field.name === name) ?? {}
  // Not where all of a word is in capitals: "ID token".
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
}
