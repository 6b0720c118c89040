import { shapes } from '../../src/commands/output/shapes.ts'

interface Part {
  readonly name: string
  readonly optional: boolean
  readonly list: boolean
  readonly below: readonly Part[] | undefined
}

/** What of a printed document is not as `shapes` says; nothing for what is no document of ours. */
export function misfitsOf(text: string): readonly string[] {
  const document = readDocument(text)
  if (document === undefined) return []
  const schema = String(document['schema'])
  const shape: { readonly fields: string } | undefined = Object.entries(shapes).find(
    ([name]) => name === schema,
  )?.[1]
  if (shape === undefined) return [`${schema} is in no table`]
  const { schema: _, ...fields } = document
  return compare(fields, readParts(shape.fields), schema)
}

function readDocument(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{\n  "schema": "tokn.')) return undefined
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

/** `a b?(c d) e[](f)` as its parts. */
export function readParts(fields: string): readonly Part[] {
  const parts: Part[] = []
  let rest = fields
  while (rest !== '') {
    const [whole, name = '', mark = '', list = ''] = /^ ?([A-Za-z_]+)(\?)?(\[\])?/.exec(rest) ?? []
    if (whole === undefined) throw new Error(`not a list of fields: ${rest}`)
    rest = rest.slice(whole.length)
    const inside = rest.startsWith('(') ? insideOf(rest) : undefined
    rest = rest.slice(inside === undefined ? 0 : inside.length + 2)
    const below = inside === undefined ? undefined : readParts(inside)
    parts.push({ name, optional: mark !== '', list: list !== '', below })
  }
  return parts
}

/** What is between the bracket that `text` begins with and the one that closes it. */
function insideOf(text: string): string {
  let depth = 0
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth++
    if (character === ')' && --depth === 0) return text.slice(1, index)
  }
  throw new Error(`nothing closes ${text}`)
}

function compare(value: unknown, parts: readonly Part[], path: string): readonly string[] {
  if (value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => compare(one, parts, path))
  const fields = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(fields).filter((key) => !parts.some(({ name }) => name === key))
  const missing = parts.filter(({ name, optional }) => !optional && !(name in fields))
  return [
    ...unknown.map((key) => `${path} has ${key}, which the table has not`),
    ...missing.map(({ name }) => `${path} lacks ${name}`),
    ...parts.flatMap(({ name, list, below }) =>
      below !== undefined && isList(fields[name], list) === !list
        ? [`${path} ${name} is a list, or the table says so`]
        : [],
    ),
    ...parts.flatMap(({ name, below }) =>
      below === undefined || !(name in fields)
        ? []
        : compare(fields[name], below, `${path} ${name}`),
    ),
  ]
}

/** Whether `value` is a list; what is not there is whatever the table says. */
function isList(value: unknown, expected: boolean): boolean {
  return value === null || value === undefined ? expected : Array.isArray(value)
}
