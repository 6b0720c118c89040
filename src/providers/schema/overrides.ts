import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { JsonError, readJsonText } from '../../core/json-text.ts'
import { display, nearest } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { checkValue, dotted } from './check.ts'
import { definitionSchema, type ProviderDefinition } from './definition.ts'
import { pathSegments } from './path.ts'
import { keysAt } from './schema-keys.ts'

// What a provider is and where its secrets go cannot be overridden: the settings of the profile
// decide that, and its session is bound to them.
const fixed = new Set([
  '$schema',
  'id',
  'title',
  'docs',
  'fields',
  'baseUrl',
  'origins',
  'apiOrigins',
])

/**
 * The definition with single values replaced: `{ 'refresh.request.method': 'POST' }`. A path
 * is dotted, or a JSON Pointer; a value is JSON, or else a text. Throws `usage`.
 */
export function applyOverrides(
  definition: ProviderDefinition,
  overrides: Readonly<Record<string, string>>,
): ProviderDefinition {
  let changed: ProviderDefinition = definition
  for (const [path, text] of Object.entries(overrides)) changed = applyOne(changed, path, text)
  return changed
}

function applyOne(definition: ProviderDefinition, path: string, text: string): ProviderDefinition {
  const segments = pathSegments(path)
  const [first = ''] = segments
  if (fixed.has(first)) {
    throw new ToknError('usage', words.definitions.fixedSetting(display(path, 80)))
  }
  const attempts = readings(text).map((value) => {
    const changed: unknown = structuredClone(definition)
    if (!put(changed, segments, value)) throw unknownPath(definition, path)
    return { changed, problems: checkValue(changed) }
  })
  const fine = attempts.find(({ problems }) => problems.length === 0)
  if (fine !== undefined) return fine.changed as ProviderDefinition
  const problem = attempts.at(-1)?.problems[0]
  if (problem?.unknownKey === true) throw unknownPath(definition, path)
  const why = problem && words.definitions.settingProblem(dotted(problem.pointer), problem.message)
  throw new ToknError('usage', words.definitions.wrongSetting(display(path, 80), why))
}

/** The values that a text may mean, the likeliest first: as JSON, and as a text. */
function readings(text: string): readonly unknown[] {
  try {
    return [readJsonText(text, { depth: 16 }).value, text]
  } catch (error) {
    if (error instanceof JsonError) return [text]
    throw error
  }
}

function put(root: unknown, segments: readonly string[], value: unknown): boolean {
  let at = root
  for (const segment of segments.slice(0, -1)) {
    if (Array.isArray(at)) at = at[Number(segment)]
    else if (isWritable(at) && segment !== '__proto__') {
      if (!Object.hasOwn(at, segment)) at[segment] = {}
      at = at[segment]
    } else return false
  }
  const last = segments.at(-1)
  if (last === undefined || last === '__proto__') return false
  if (Array.isArray(at) && /^[0-9]{1,2}$/.test(last) && Number(last) <= at.length) {
    at[Number(last)] = value
    return true
  }
  if (!isWritable(at)) return false
  at[last] = value
  return true
}

function isWritable(value: unknown): value is Record<string, unknown> {
  return isObject(value)
}

function unknownPath(definition: ProviderDefinition, path: string): ToknError {
  const near = nearest(path, candidates(definition, pathSegments(path)))
  return new ToknError('usage', words.definitions.unknownSetting(display(path, 80), near))
}

/** Existing paths, and those that are allowed along the given one. */
function candidates(
  definition: ProviderDefinition,
  segments: readonly string[],
): readonly string[] {
  const around = segments.map((_, index) => segments.slice(0, index))
  const possible = around.flatMap((path) =>
    keysAt(definitionSchema, path).map((key) => [...path, key].join('.')),
  )
  return [...pathsWithin(definition), ...possible].filter(
    (path) => path !== segments.join('.') && !fixed.has(pathSegments(path)[0] ?? ''),
  )
}

function pathsWithin(value: unknown, above = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return above === '' ? [] : [above]
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsWithin(inner, above === '' ? key : `${above}.${key}`),
  )
}
