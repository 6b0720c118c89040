import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { readJsonText } from '../../core/json-text.ts'
import { words } from '../../messages/words.ts'

/**
 * The JSON object that a tool asks with. Throws `refusal()`, and never quotes it, where it is none, or
 * says one thing twice: which of both is meant differs from reader to reader.
 */
export function readRequest(
  text: string,
  refusal: () => ToknError,
): Readonly<Record<string, unknown>> {
  try {
    const { value, duplicates } = readJsonText(text)
    if (isObject(value) && duplicates.size === 0) return value
  } catch {
    // Said below: where exactly it is wrong helps nobody, for a program has written it.
  }
  throw refusal()
}

/** That `tool` has asked for nothing that can be read. */
export function noRequest(tool: string): ToknError {
  return new ToknError('usage', words.credentialBuild.noRequest(tool))
}
