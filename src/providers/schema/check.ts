import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ToknError } from '../../core/errors.ts'
import { canonical } from '../../core/json.ts'
import { JsonError, readJsonText } from '../../core/json-text.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { definitionSchema, type ProviderDefinition } from './definition.ts'
import type { Problem } from './problem.ts'
import { problemsOf } from './problems.ts'
import { findMistakes } from './mistakes.ts'

/** A problem with its place in the text. Lines and columns count from one. */
export interface LocatedProblem extends Problem {
  readonly line: number
  readonly column: number
}

export type Checked =
  | { readonly ok: true; readonly definition: ProviderDefinition }
  | { readonly ok: false; readonly problems: readonly LocatedProblem[] }

const mostProblems = 5
const deepest = 24

/** Checks the text of a definition: JSON, with comments. Gives at most five problems. */
export function checkDefinition(text: string): Checked {
  try {
    const { value, duplicates, offsets } = readJsonText(text, { written: true, depth: deepest })
    const twice = [...duplicates].map((pointer) => ({
      pointer,
      message: words.definitions.keyTwice(),
    }))
    const problems = twice.length > 0 ? twice : checkValue(value)
    if (problems.length === 0) return { ok: true, definition: value as ProviderDefinition }
    return { ok: false, problems: locate(problems, offsets, text) }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const message = words.definitions.notJson(error.message)
    return { ok: false, problems: [{ pointer: '', message, ...positionOf(text, error.offset) }] }
  }
}

/** Everything wrong with a definition, as a value. */
export function checkValue(value: unknown): readonly Problem[] {
  const parsed = definitionSchema.safeParse(value)
  return parsed.success ? findMistakes(parsed.data) : problemsOf(parsed.error, value)
}

/** As `checkDefinition`; throws `usage` with the problems in its hint. */
export function parseDefinition(text: string): ProviderDefinition {
  const checked = checkDefinition(text)
  if (checked.ok) return checked.definition
  const problems = checked.problems.map(describeProblem)
  throw new ToknError('usage', words.definitions.wrongDefinition(problems))
}

/** `line 3, column 5, login.request.method: ...`. */
export function describeProblem({ line, column, pointer, message }: LocatedProblem): string {
  const path = pointer === '' ? '' : display(dotted(pointer), 120)
  return words.definitions.problemAt(line, column, path, message)
}

/** The path of a JSON Pointer as overrides spell it. */
export function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
}

/** SHA-256 of a definition, in hex: independent of layout and the order of keys. */
export function digestOf(definition: ProviderDefinition): string {
  return createHash('sha256').update(canonical(definition)).digest('hex')
}

/** The JSON Schema (draft 2020-12) of a definition. */
export function jsonSchema(): object {
  return z.toJSONSchema(definitionSchema, { io: 'input' })
}

function locate(
  problems: readonly Problem[],
  offsets: ReadonlyMap<string, number>,
  text: string,
): readonly LocatedProblem[] {
  return problems
    .map((problem) => ({ problem, offset: nearestOffset(problem.pointer, offsets) }))
    .toSorted((one, other) => one.offset - other.offset)
    .slice(0, mostProblems)
    .map(({ problem, offset }) => ({ ...problem, ...positionOf(text, offset) }))
}

// What is missing has no place of its own: it gets that of what it is missing from.
function nearestOffset(pointer: string, offsets: ReadonlyMap<string, number>): number {
  const exact = offsets.get(pointer)
  if (exact !== undefined || pointer === '') return exact ?? 0
  return nearestOffset(pointer.slice(0, pointer.lastIndexOf('/')), offsets)
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}
