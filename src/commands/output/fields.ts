import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Document } from './json.ts'
import { listIn, namesIn, shapes, type SchemaName } from './shapes.ts'

/** The names in a list of fields. */
export function splitFields(fields: string): readonly string[] {
  return fields.split(',').map((name) => name.trim())
}

/**
 * Gives what `fields` leave of a document of the kind `schema`. Throws `usage` for a field that it
 * does not have.
 */
export function chooseFields(fields: string, schema: SchemaName): (document: Document) => Document {
  const names = splitFields(fields)
  checkNames(names, namesIn(shapes[schema]))
  const list = listIn(shapes[schema])
  return (document) => pick(document, names, list)
}

function checkNames(names: readonly string[], valid: readonly string[]): void {
  const unknown = names.find((name) => !valid.includes(name))
  if (unknown === undefined) return
  throw new ToknError('usage', words.commands.noSuchField(display(unknown, 60), valid.join(', ')))
}

/**
 * The fields named; those of the entries where the document is a list of entries, which `listName`
 * says where there are none. A field that both have is that of the document, and of the entries too
 * where any of theirs is named. Throws `usage` for a field that this document lacks.
 */
function pick(
  document: Document,
  names: readonly string[],
  listName: string | undefined,
): Document {
  const lists = Object.entries(document).flatMap(([key, value]) =>
    Array.isArray(value) ? [[key, value as readonly unknown[]] as const] : [],
  )
  const listed =
    lists.find(([, list]) => list.some((item) => isObject(item))) ??
    lists.find(([name]) => name === listName)
  const entries = (listed?.[1] ?? []) as readonly Record<string, unknown>[]
  const inEntries = new Set(entries.flatMap((entry) => Object.keys(entry)))
  if (listed === undefined || entries.length > 0) {
    checkNames(names, [...new Set([...Object.keys(document), ...inEntries])])
  }
  const chosen: Record<string, unknown> = { schema: document['schema'] }
  for (const name of names) if (name in document) chosen[name] = document[name]
  const below = names.some((name) => !(name in document))
    ? names.filter((name) => !(name in document) || inEntries.has(name))
    : []
  if (listed !== undefined && below.length > 0) {
    chosen[listed[0]] = entries.map((entry) =>
      Object.fromEntries(below.map((name) => [name, entry[name]])),
    )
  }
  return chosen
}
