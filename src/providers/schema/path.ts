import { isObject } from '../../core/json.ts'

/** The segments of `data.tokens.0.value` or of the JSON Pointer `/data/a.b`. */
export function pathSegments(path: string): readonly string[] {
  if (path === '') return []
  if (!path.startsWith('/')) return path.split('.')
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at `path` within `value`; `undefined` when there is none. `null` is a value. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value
  for (const segment of pathSegments(path)) {
    found = step(found, segment)
    if (found === undefined) return undefined
  }
  return found
}

function step(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) {
    if (segment === '*') return value[0]
    return /^(0|[1-9][0-9]{0,5})$/.test(segment) ? value[Number(segment)] : undefined
  }
  if (!isObject(value)) return undefined
  // A dotted name may be one key: an object that has it means that.
  if (Object.hasOwn(value, segment)) return value[segment]
  return segment === '*' ? Object.values(value)[0] : undefined
}
