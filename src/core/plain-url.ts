/** Characters; what is longer is no address that somebody sends a token to. */
const longest = 8_192

/**
 * A whole URL of HTTP that each of its readers reads alike, else `undefined`. A parser reads a backslash
 * as a slash, drops line breaks and blanks around, and needs no slashes behind the scheme: whoever sends
 * the token may have another one, and see another host.
 */
export function readPlainUrl(text: string): URL | undefined {
  const plain = /^https?:\/\/[^\s\\/?#\u0000-\u001f\u007f][^\s\\\u0000-\u001f\u007f]*$/i.test(text)
  return plain && text.length <= longest && URL.canParse(text) ? new URL(text) : undefined
}
