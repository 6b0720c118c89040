// Text for programs: it is written as it is in every language, and no terminal takes it for a command.

// Controls (C0, C1, DEL), format characters (bidirectional overrides, zero-width ones, tags), line
// separators, noncharacters, and whatever else shows as nothing (but for the selectors that emoji end
// with): what foreign text could use to drive a terminal or to look like something else. Compiled for
// the first text that is not plain: the tables of Unicode take long.
const unprintable =
  String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]` +
  String.raw`|(?![\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}`
// Letters of ASCII, the ellipsis, the two of a bar.
export const plain = /^[\x20-\x7e\u2026\u2588\u2591]*$/

/** A JSON document as `JSON.stringify` writes it, which leaves more than half of those as they are. */
export function showJson(value: unknown, layout?: 'in a line'): string {
  const lines = JSON.stringify(value, undefined, layout === undefined ? 2 : 0).split('\n')
  return lines
    .map((line) => (plain.test(line) ? line : replaceUnprintable(line, unicodeEscapes)))
    .join('\n')
}

function unicodeEscapes(character: string): string {
  return character.split('').map(unicodeEscape).join('')
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * RFC 3339 in UTC, whole seconds: `2026-02-20T10:53:31Z`. For data: JSON, variables, requests, values
 * of flags. What people read has `words.times.instant`, which another language may write otherwise.
 */
export function timestamp(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

let compiled: RegExp | undefined

/** `text` with `by` of each character that shows as nothing, or drives a terminal. */
export function replaceUnprintable(text: string, by: (character: string) => string): string {
  compiled ??= new RegExp(unprintable, 'gu')
  return text.replace(compiled, by)
}
