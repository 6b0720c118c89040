import { headerLines, type AttachedToken } from '../../session/attach-token.ts'

/** Lines of a curl configuration file (`curl -K`) that carry the token. */
export function curlConfig(carried: AttachedToken): string {
  return [
    ...headerLines(carried).map(([name, value]) => curlLine('header', `${name}: ${value}`)),
    ...carried.query.map(([name, value]) => curlLine('url-query', `${name}=${value}`)),
  ].join('')
}

/** One setting, with what would end it or mean something else to curl escaped. */
export function curlLine(name: string, value: string): string {
  return `${name} = "${value.replace(/["\\\n\r\t\v]/g, (sign) => escapes[sign] ?? `\\${sign}`)}"\n`
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}
