import type { Exchange } from './definition.ts'
import { placeholdersOf } from './template.ts'

/** Whether any request of the exchanges speaks of one of `names` (`lifetime`, `fields.otp`). */
export function mentions(exchanges: readonly Exchange[], ...names: readonly string[]): boolean {
  return exchanges.some((exchange) =>
    [exchange.request, exchange.otherwise?.request].some((request) =>
      placeholdersWithin(request).some((name) => names.includes(name)),
    ),
  )
}

/** The names of all placeholders in the texts of `value`. */
function placeholdersWithin(value: unknown): readonly string[] {
  if (typeof value === 'string') return placeholdersOf(value).map(({ name }) => name)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(placeholdersWithin)
}
