import { isObject } from '../../core/json.ts'

type Fields = Readonly<Record<string, unknown>>

const deepest = 3
// An error may repeat the request, which is not an answer; the last three would be a prototype.
const noAnswer =
  /err|request|input|received|sent|param|debug|trace|example|^__proto__$|^constructor$|^prototype$/i

/**
 * The one object within `body` of which `holds` is true, at most three levels down: for a reply in
 * an unknown envelope. `undefined` where there is none, or more than one.
 */
export function openEnvelope(
  body: unknown,
  holds: (object: Fields) => boolean,
): Fields | undefined {
  const found = [...objectsWithin(body, 0)].filter(holds)
  return found.length === 1 ? found[0] : undefined
}

function* objectsWithin(value: unknown, depth: number): Generator<Fields> {
  if (depth > deepest) return
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 100)) yield* objectsWithin(item, depth + 1)
  } else if (isObject(value)) {
    if (depth > 0) yield value
    for (const [key, item] of Object.entries(value)) {
      if (!noAnswer.test(key)) yield* objectsWithin(item, depth + 1)
    }
  }
}
