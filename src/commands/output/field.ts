import { ToknError } from '../../core/errors.ts'
import { showJson } from '../../core/data-text.ts'
import { isObject } from '../../core/json.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { namesIn, shapes } from './shapes.ts'

type Document = Readonly<Record<string, unknown>>

/**
 * Gives the text of one field of the document of a token. Throws `usage` for one that it will not
 * have, naming those that it will.
 */
export function openField(name: string, withIdToken: boolean): (document: Document) => string {
  const names = namesIn(shapes['tokn.token/v1'])
  if (!names.includes(name)) {
    throw new ToknError('usage', words.commands.noSuchField(display(name, 60), names.join(', ')))
  }
  if (name === 'id_token' && !withIdToken) {
    throw new ToknError('usage', words.formats.notWithField(name))
  }
  return (document) => fieldText(name, document[name])
}

/**
 * A field as plain text, with a line break behind it: a list is a line for each of its texts, an object
 * is JSON in a line, and what is not known is an empty line.
 */
function fieldText(name: string, value: unknown): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((one) => fieldText(name, one)).join('')
  }
  if (isObject(value)) return `${showJson(value, 'in a line')}\n`
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
  // A token is what it is; all else may be foreign text.
  return `${tokens.has(name) ? text : display(text, Number.POSITIVE_INFINITY)}\n`
}

const tokens: ReadonlySet<string> = new Set(['token', 'id_token'])
