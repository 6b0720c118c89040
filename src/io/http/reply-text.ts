const marks: ReadonlyArray<readonly [bytes: readonly number[], encoding: string]> = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
]

/**
 * The text of a body, by its content: a byte order mark, then the zeros of UTF-16 (RFC 4627
 * section 3), then UTF-8; only then what its label says. What is none of these is UTF-8 with U+FFFD
 * where it is damaged: a token is ASCII, and survives.
 */
export function decodeText(bytes: Uint8Array, contentType: string): string {
  const found = marks.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))?.[1]
  const wide = found ?? wideOf(bytes)
  if (wide !== undefined) return decode(bytes, wide) ?? decode(bytes, 'utf-8') ?? ''
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? ''
  const strict = decode(bytes, 'utf-8', true)
  if (strict !== undefined || /^utf-?(8|16|32)/.test(charset)) {
    return strict ?? decode(bytes, 'utf-8') ?? ''
  }
  return (charset === '' ? undefined : decode(bytes, charset)) ?? decode(bytes, 'utf-8') ?? ''
}

function wideOf([first, second]: Uint8Array): string | undefined {
  if (first === undefined || second === undefined) return undefined
  if (first === 0 && second !== 0) return 'utf-16be'
  return first !== 0 && second === 0 ? 'utf-16le' : undefined
}

/** `undefined` for an encoding that this Node does not know, and, if `fatal`, for damaged bytes. */
function decode(bytes: Uint8Array, encoding: string, fatal = false): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal }).decode(bytes)
  } catch {
    return undefined
  }
}
