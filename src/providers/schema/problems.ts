import type { z } from 'zod'
import { pointerSegment } from '../../core/json-text.ts'
import { display, nearest } from '../../core/text.ts'
import type { Problem } from './problem.ts'
import { definitionSchema } from './definition.ts'
import { keysAt } from './schema-keys.ts'
import { valueAt } from './path.ts'

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
    const branch = meant(issue.errors, valueAt(root, pointerOf(path)))
    if (branch !== undefined) return branch.flatMap((inner) => explain(inner, path, root))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key]),
      message: unknownKey(key, path),
    }))
  }
  if (issue.code === 'invalid_key') {
    const key = display(String(issue.path.at(-1)), 40)
    return [{ pointer: pointerOf(path), message: `"${key}" cannot be a name here` }]
  }
  return [{ pointer: pointerOf(path), message: words(issue, valueAt(root, pointerOf(path))) }]
}

function words(issue: Issue, value: unknown): string {
  if (value === undefined) return missing(issue)
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeWords(issue.expected)}, found ${kindOf(value)}`
    case 'invalid_value':
      return oneOf(issue.values.map(String), value)
    case 'invalid_format':
      return issue.format === 'url' ? 'expected an http(s) URL' : issue.message
    case 'too_big':
      return `expected ${amount(issue.origin, Number(issue.maximum))} at most`
    case 'too_small':
      return `expected ${amount(issue.origin, Number(issue.minimum))} at least`
    default:
      return `expected something else than ${kindOf(value)}`
  }
}

function missing(issue: Issue): string {
  if (issue.code === 'invalid_type') return `this is missing: ${typeWords(issue.expected)}`
  if (issue.code !== 'invalid_value') return 'this is missing'
  return `this is missing: ${oneOf(issue.values.map(String), undefined)}`
}

/** Of the branches of a union, the one that the value was meant for: that whose type it has. */
function meant(errors: readonly Issue[][], value: unknown): readonly Issue[] | undefined {
  const fitting = errors.filter(
    (branch) => !branch.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  )
  if (fitting.length === 0 && value !== undefined) {
    const types = errors.flat().flatMap((issue) => (issue.code === 'invalid_type' ? [issue] : []))
    return types.slice(0, 1)
  }
  return fitting.toSorted((one, other) => one.length - other.length)[0]
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = keysAt(definitionSchema, path)
  const near = nearest(key, known)
  const shown = display(key, 40)
  if (near !== undefined) return `there is no "${shown}" here: did you mean "${near}"?`
  const some = known.length === 0 || known.length > 20 ? '' : `; there are ${known.join(', ')}`
  return `there is no "${shown}" here${some}`
}

function oneOf(values: readonly string[], value: unknown): string {
  const text = typeof value === 'string' ? value : ''
  const near =
    values.find((one) => one.toLowerCase() === text.toLowerCase()) ?? nearest(text, values)
  if (near !== undefined) return `did you mean "${near}"?`
  const known = values.length === 1 ? values.join() : `one of ${values.join(', ')}`
  return value === undefined ? known : `expected ${known}`
}

function typeWords(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    record: 'an object',
  }
  return names[type] ?? type
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeWords(typeof value)
}

function amount(origin: string, count: number): string {
  if (origin === 'string') return count === 1 ? '1 character' : `${count} characters`
  if (origin === 'array') return count === 1 ? '1 entry' : `${count} entries`
  return `a number of ${count}`
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => pointerSegment(String(key))).join('')
}
