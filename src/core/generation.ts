import { isObject } from './json.ts'

/** The generation in the text of a record, or of the intent of a refresh; 0 for any other text. */
export function generationOf(text: string | undefined): number {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    const generation = isObject(value) ? value['generation'] : undefined
    return typeof generation === 'number' ? generation : 0
  } catch {
    return 0
  }
}
