const scopePattern = /^(?<method>[A-Z]+|\*) (?<path>\/\S*)$/
const units: ReadonlyMap<string, number> = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['year', 365 * 86_400_000],
])

/** Whether `text` is a Rightech scope: `"<METHOD> <path>"`. */
export function isScope(text: unknown): text is string {
  return typeof text === 'string' && scopePattern.test(text)
}

/**
 * Whether a Rightech scope allows a request. A path may begin with `/api/v1`, hold `:name` for one
 * segment and `*` for one segment, or for all the rest when it is the last.
 */
export function allows(scope: string, method: string, path: string): boolean {
  const parts = scopePattern.exec(scope)?.groups
  if (parts === undefined || ![method, '*'].includes(parts['method'] ?? '')) return false
  const wanted = splitPath(parts['path'] ?? '')
  const given = splitPath(path)
  const isOpen = wanted.at(-1) === '*'
  if (isOpen ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every(
    (part, at) => part === '*' || (part.startsWith(':') && part.length > 1) || part === given[at],
  )
}

function splitPath(path: string): readonly string[] {
  return path
    .replace(/^\/api\/v1(?=\/|$)/, '')
    .split('/')
    .filter((part) => part !== '')
}

/** Milliseconds of a Rightech lifetime such as `7 days`; undefined when it is not one. */
export function parseLifetime(text: unknown): number | undefined {
  const parts = typeof text === 'string' ? /^([1-9]\d{0,5}) ([a-z]+?)s?$/.exec(text) : undefined
  const unit = units.get(parts?.[2] ?? '')
  return unit === undefined ? undefined : Number(parts?.[1]) * unit
}
