/** A cookie of one `Set-Cookie` header (RFC 6265 section 5.2). */
export interface SetCookie {
  readonly name: string
  readonly value: string
  readonly attributes: ReadonlyMap<string, string>
}

/** `undefined` when the header names no cookie. */
function parseSetCookie(header: string): SetCookie | undefined {
  const [pair = '', ...rest] = header.split(';')
  const [name, value] = splitPair(pair)
  if (name === '' || value === undefined) return undefined
  const attributes = new Map<string, string>()
  for (const text of rest) {
    const [attribute, content = ''] = splitPair(text)
    attributes.set(attribute.toLowerCase(), content)
  }
  return { name, value: value.replace(/^"(.*)"$/, '$1'), attributes }
}

/** The last cookie called `name` among the headers, which is the one that a browser would keep. */
export function findCookie(
  headers: ReadonlyArray<readonly [name: string, value: string]>,
  name: string,
): SetCookie | undefined {
  return headers
    .filter(([header]) => header.toLowerCase() === 'set-cookie')
    .map(([, value]) => parseSetCookie(value))
    .findLast((cookie) => cookie?.name === name)
}

function splitPair(text: string): [name: string, value: string | undefined] {
  const equals = text.indexOf('=')
  if (equals < 0) return [text.trim(), undefined]
  return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
}
