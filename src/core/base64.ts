/**
 * The bytes of base64 or base64url (RFC 4648, sections 4 and 5), in its one canonical form; `undefined`
 * otherwise: what decodes it skips all that is no base64.
 */
export function decodeExactly(text: string, alphabet: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, alphabet)
  return bytes.toString(alphabet) === text ? bytes : undefined
}
