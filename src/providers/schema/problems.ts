import type { z } from 'zod'
import { pointerSegment } from '../../core/json-text.ts'
import { display, nearest } from '../../core/text.ts'
import type { Problem } from './problem.ts'
import { definitionSchema } from './definition.ts'
import { keysAt } from './schema-keys.ts'
import { valueAt } from './path.ts'
import { words } from '../../messages/words.ts'

type Issue = z.core.$ZodIssue

/** What the schema found wrong with `value`, in words. */
export function problemsOf(error: z.ZodError, value: unknown): readonly Problem[] {
  const problems = error.issues.flatMap((issue) => explain(issue, [], value))
  const first = new Map(problems.toReversed().map((problem) => [problem.pointer, problem]))
  return problems.filter((problem) => first.get(problem.pointer) === problem)
}

function explain(issue: Issue, above: readonly PropertyKey[], root: unknown): readonly Problem[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union') {
    const branch = intendedBranch(issue.errors, valueAt(root, pointerOf(path)))
    if (branch !== undefined) return branch.flatMap((inner) => explain(inner, path, root))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key]),
      message: describeUnknownKey(key, path),
      unknownKey: true,
    }))
  }
  if (issue.code === 'invalid_key') {
    const key = display(String(issue.path.at(-1)), 40)
    return [{ pointer: pointerOf(path), message: words.definitions.notAName(key) }]
  }
  return [{ pointer: pointerOf(path), message: describe(issue, valueAt(root, pointerOf(path))) }]
}

function describe(issue: Issue, value: unknown): string {
  const { definitions } = words
  if (value === undefined) return describeMissing(issue)
  switch (issue.code) {
    case 'invalid_type':
      return definitions.wrongType(issue.expected, typeOf(value))
    case 'invalid_value':
      return describeChoice(issue.values.map(String), value)
    case 'invalid_format':
      return issue.format === 'url' ? definitions.notAHttpUrl() : issue.message
    case 'too_big':
      return definitions.atMost(issue.origin, Number(issue.maximum))
    case 'too_small':
      return definitions.atLeast(issue.origin, Number(issue.minimum))
    default:
      return definitions.notThis(typeOf(value))
  }
}

function describeMissing(issue: Issue): string {
  if (issue.code === 'invalid_type') return words.definitions.missingType(issue.expected)
  if (issue.code !== 'invalid_value') return words.definitions.missing()
  return words.definitions.missingChoice(issue.values.map(String))
}

/** Of the branches of a union, the one that the value was meant for: that whose type it has. */
function intendedBranch(errors: readonly Issue[][], value: unknown): readonly Issue[] | undefined {
  const fitting = errors.filter(
    (branch) => !branch.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  )
  if (fitting.length === 0 && value !== undefined) {
    const types = errors.flat().flatMap((issue) => (issue.code === 'invalid_type' ? [issue] : []))
    return types.slice(0, 1)
  }
  return fitting.toSorted((one, other) => one.length - other.length)[0]
}

function describeUnknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = keysAt(definitionSchema, path)
  const listed = known.length > 20 ? [] : known
  return words.definitions.unknownKey(display(key, 40), nearest(key, known), listed)
}

function describeChoice(values: readonly string[], value: unknown): string {
  const text = typeof value === 'string' ? value : ''
  const near =
    values.find((one) => one.toLowerCase() === text.toLowerCase()) ?? nearest(text, values)
  return near === undefined
    ? words.definitions.notAChoice(values)
    : words.definitions.nearbyChoice(near)
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => pointerSegment(String(key))).join('')
}
