import type { Exchange } from './definition.ts'
import { placeholdersOf, type Placeholder } from '../templates/template.ts'

/** Whether any request of the exchanges uses one of the placeholders `names` (`fields.otp`). */
export function mentions(exchanges: readonly Exchange[], ...names: readonly string[]): boolean {
  return placeholdersIn(exchanges).some(({ name }) => names.includes(name))
}

/** The fields whose answers the requests of the exchanges send. */
export function fieldsMentioned(exchanges: readonly Exchange[]): readonly string[] {
  const names = placeholdersIn(exchanges)
    .filter(({ name }) => name.startsWith('fields.'))
    .map(({ name }) => name.slice('fields.'.length))
  return [...new Set(names)]
}

/**
 * Whether the requests of a refresh use nothing of a session but its refresh token: neither the access
 * token nor what only the reply to a login tells.
 */
export function takeRefreshAlone(exchanges: readonly Exchange[]): boolean {
  const names = placeholdersIn(exchanges).map(({ name }) => name)
  return exchanges.every(({ auth }) => auth !== 'token') && !names.some(isOfSession)
}

function isOfSession(name: string): boolean {
  return name === 'access' || name === 'id' || name.startsWith('context.')
}

/** The transforms of each use of the placeholder `name` in the requests of the exchanges. */
export function writings(
  exchanges: readonly Exchange[],
  name: string,
): ReadonlyArray<readonly string[]> {
  return placeholdersIn(exchanges)
    .filter((placeholder) => placeholder.name === name)
    .map(({ transforms }) => transforms.map((transform) => transform.name))
}

function placeholdersIn(exchanges: readonly Exchange[]): readonly Placeholder[] {
  return exchanges
    .flatMap(({ request, otherwise }) => [request, otherwise?.request])
    .flatMap(placeholdersWithin)
}

function placeholdersWithin(value: unknown): readonly Placeholder[] {
  if (typeof value === 'string') return placeholdersOf(value)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(placeholdersWithin)
}
