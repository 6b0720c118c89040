import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'

/** Flags of the `form` that help shows, such as `NAME=VALUE`, as a record. Throws `usage`. */
export function readPairs(
  texts: readonly string[] | undefined,
  flag: string,
  form: string,
): Readonly<Record<string, string>> {
  const entries = (texts ?? []).map((text) => {
    const at = text.indexOf('=')
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const
    throw new ToknError('usage', words.loginFlags.notAPair(flag, form))
  })
  return Object.fromEntries(entries)
}
