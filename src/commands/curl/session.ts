import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { AttachedToken } from '../../session/attach-token.ts'
import type { CurlArguments, CurlOption } from './arguments.ts'
import { checkWriteOut } from './write-out.ts'

/** What is asked of curl, as one session allows it. */
export interface Fitted extends CurlArguments {
  /** Headers from files: in a file they stand so that no process list shows them. */
  readonly headers: readonly string[]
  /** Cookies to go with a token that is one: before 7.76 curl took the last -b alone. */
  readonly cookies: readonly string[]
}

/**
 * Holds what is asked against how the token travels. Files that options name are read here, where
 * curl would read more than can be checked before. Throws `usage`.
 */
export function fitToSession(
  { urls, options }: CurlArguments,
  carried: AttachedToken,
  bound: boolean,
  readFile: (path: string) => string,
): Fitted {
  const inQuery = carried.query.length > 0
  const own = [
    ...carried.headers.map(([name]) => name.toLowerCase()),
    ...(carried.cookies.length > 0 ? ['cookie'] : []),
    ...(bound ? ['dpop'] : []),
  ]
  const headers: string[] = []
  const cookies: string[] = []
  const fitted = options.flatMap((option): readonly CurlOption[] => {
    const { name, value = '' } = option
    if (name === 'header') {
      const lines = value.startsWith('@') ? linesOf(readFile(pathOf(option))) : [value]
      for (const line of lines) checkHeader(line, own)
      if (!value.startsWith('@')) return [option]
      headers.push(...lines)
      return []
    }
    // Without a "=" it is a file to curl.
    if (name === 'cookie' && carried.cookies.length > 0 && /^[^@].*=/s.test(value)) {
      cookies.push(value)
      return []
    }
    if (name !== 'write-out') return [option]
    // Without its line breaks, as curl takes it.
    const format = value.startsWith('@') ? linesOf(readFile(pathOf(option))).join('') : value
    checkWriteOut(format, inQuery)
    if (!format.startsWith('@')) return [{ name, value: format }]
    throw new ToknError('usage', words.curl.formatInFile())
  })
  return {
    urls: withFileNames(urls, fitted),
    options: withOutputs(fitted, urls, inQuery),
    headers,
    cookies,
  }
}

function pathOf({ name, value = '' }: CurlOption): string {
  if (value !== '@-') return value.slice(1)
  throw new ToknError('usage', words.curl.notFromInput(name))
}

function linesOf(text: string): readonly string[] {
  return text.split(/[\r\n]+/).filter((line) => line !== '')
}

/** Another `Host` is another site: a server in front of many would hand the token to that one. */
function checkHeader(line: string, own: readonly string[]): void {
  const name = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[:;]/.exec(line)?.[1]?.toLowerCase()
  if (name === undefined || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) {
    throw new ToknError('usage', words.curl.notAHeader())
  }
  if (name === 'host') {
    throw new ToknError('usage', words.curl.hostHeader())
  }
  if (own.includes(name)) {
    throw new ToknError('usage', words.curl.ownHeader(name))
  }
}

/** A file goes to a URL that ends with a slash under its own name: curl's rule, before a query too. */
function withFileNames(urls: readonly URL[], options: readonly CurlOption[]): readonly URL[] {
  const uploads = options.filter(({ name }) => name === 'upload-file')
  return urls.map((url, index) => {
    const name = uploads[index]?.value ?? ''
    if (!url.pathname.endsWith('/') || /^[-.]?$/.test(name)) return url
    const full = new URL(url)
    full.pathname += encode(name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1))
    return full
  })
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Where each answer goes. Before 7.86 curl named a file after all of the URL, query and all. */
function withOutputs(
  options: readonly CurlOption[],
  urls: readonly URL[],
  inQuery: boolean,
): readonly CurlOption[] {
  const outputs = options.filter(({ name }) => /^(output|out-null|remote-name)$/.test(name))
  const all = options.some(({ name }) => name === 'remote-name-all')
  const missing = all ? urls.slice(outputs.length).map(() => ({ name: 'remote-name' })) : []
  const whole = [...options.filter(({ name }) => name !== 'remote-name-all'), ...missing]
  if (!inQuery) return whole
  if (whole.some(({ name }) => name === 'remote-header-name')) {
    throw new ToknError('usage', words.curl.namesFileByReply())
  }
  const inOrder = [...outputs, ...missing]
  return whole.map((option) => {
    const url = urls[inOrder.indexOf(option)]
    return option.name !== 'remote-name' || url === undefined
      ? option
      : { name: 'output', value: fileNameOf(url) }
  })
}

function fileNameOf({ pathname }: URL): string {
  const name = pathname.slice(pathname.lastIndexOf('/') + 1)
  if (name !== '') return name === '-' ? './-' : name
  throw new ToknError('usage', words.curl.noFileName())
}
