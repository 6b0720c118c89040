import { readJsonText, type JsonText } from '../../core/json-text.ts'

// Changes to JSON that somebody else has written: everything else of the text stays as it is, byte by byte.

/** Throws `JsonError`. */
export function readWritten(text: string): JsonText {
  return readJsonText(text, { depth: 64, written: true })
}

/** Puts `"key": value` first into the object that begins at `open`; `value` is JSON. */
export function insertMember(text: string, open: number, key: string, value: string): string {
  const [blank = ''] = /^[ \t\r\n]*/.exec(text.slice(open + 1)) ?? []
  const behind = text.slice(open + 1 + blank.length)
  const member = `${JSON.stringify(key)}: ${value}`
  if (behind.startsWith('}')) {
    const indent = indentAt(text, open)
    return `${text.slice(0, open + 1)}\n${indent}\t${member}\n${indent}${behind}`
  }
  return `${text.slice(0, open + 1)}${blank}${member},${blank}${behind}`
}

/** Puts another text in the place of that at `at`. */
export function replaceText(text: string, at: number, value: string): string {
  return text.slice(0, at) + JSON.stringify(value) + text.slice(endOfValue(text, at))
}

/** Takes the member `key` away whose value begins at `at`; `undefined` where it is not written plainly. */
export function removeMember(text: string, key: string, at: number): string | undefined {
  const [name = ''] = /"[^"\\]*"[ \t\r\n]*:[ \t\r\n]*$/.exec(text.slice(0, at)) ?? []
  if (!name.startsWith(JSON.stringify(key))) return undefined
  const before = text.slice(0, at - name.length)
  const behind = text.slice(endOfValue(text, at))
  const comma = /^[ \t\r\n]*,/.exec(behind)?.[0]
  if (comma !== undefined) return before.replace(/[ \t\r\n]*$/, '') + behind.slice(comma.length)
  return before.replace(/,?[ \t\r\n]*$/, '') + behind
}

/** An object with one member, written as deep as the object that begins at `open`. */
export function objectOf(text: string, open: number, key: string, value: string): string {
  const [blank = '\n\t'] = /^\r?\n[ \t]*/.exec(text.slice(open + 1)) ?? []
  const unit = blank.includes('\t') || blank.length < 2 ? '\t' : blank.replace(/^\r?\n/, '')
  return `{${blank}${unit}${JSON.stringify(key)}: ${JSON.stringify(value)}${blank}}`
}

/** What stands before the first character of the line. */
function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

/** Of a text, or an object without members. */
function endOfValue(text: string, at: number): number {
  const [value = ''] = /^(?:"(?:[^"\\]|\\.)*"|\{[ \t\r\n]*\})/.exec(text.slice(at)) ?? []
  return at + value.length
}
