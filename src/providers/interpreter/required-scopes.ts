import type { Operation } from '../../core/provider.ts'
import type { ProviderDefinition } from '../schema/definition.ts'

/**
 * The scope that `operation` needs by the definition and none of `scopes` includes. `undefined` where
 * nothing is missing, and where that cannot be told: unknown scopes, or an unknown notation.
 */
export function missingScope(
  { needs, scopes: grammar, basePath = '' }: ProviderDefinition,
  operation: Operation,
  scopes: readonly string[] | undefined,
): string | undefined {
  const needed = needs?.[operation]
  if (needed === undefined || scopes === undefined || scopes.length === 0) return undefined
  const gives =
    grammar?.form === 'method-path'
      ? (scope: string) => reaches(scope, needed, basePath)
      : (scope: string) => isWord(scope, needed)
  return scopes.some(gives) ? undefined : needed
}

/** Whether a scope is the one needed, or includes it: `*`, `tokens:*`, `tokens` for `tokens:read`. */
function isWord(scope: string, needed: string): boolean {
  const above = scope.replace(/[:./]?\*+$/, '')
  if (above === '' || above === needed) return true
  return needed.startsWith(above) && /^[:./]/.test(needed.slice(above.length))
}

/**
 * Whether `METHOD /path` includes `needed`. `:name` and `*` match any one segment, `*` or `**` at the
 * end all the rest; with or without the prefix of the API.
 */
function reaches(scope: string, needed: string, prefix: string): boolean {
  const [method = '', path] = splitScope(scope, prefix)
  const [wantedMethod, wanted = []] = splitScope(needed, prefix)
  // An unknown notation: the API will say.
  if (path === undefined) return true
  if (method !== '*' && method !== wantedMethod) return false
  const open = /^\*+$/.test(path.at(-1) ?? '')
  const fixed = open ? path.slice(0, -1) : path
  if (open ? wanted.length < fixed.length : wanted.length !== fixed.length) return false
  // It may be for one `:id` of many, which the API knows.
  return fixed.every(
    (part, index) => part === wanted[index] || /^[*:]/.test(part) || wanted[index]?.startsWith(':'),
  )
}

function splitScope(
  scope: string,
  prefix: string,
): readonly [method?: string, path?: readonly string[]] {
  const parts = /^\s*([A-Za-z]+|\*)\s+(\/\S*)\s*$/.exec(scope)
  if (parts === null) return []
  const [, method = '', path = ''] = parts
  const below = path === prefix || path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
  return [method.toUpperCase(), below.split('/').filter((part) => part !== '')]
}
