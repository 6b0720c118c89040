import { ToknError } from './errors.ts'
import { Secret } from './secret.ts'
import { checkGivenToken, type Attachment } from './token.ts'
import { withoutMark } from './value-text.ts'
import { words } from '../messages/words.ts'

/** What was pasted where a token was asked for. */
export type PastedText =
  /** `removed`: what stood around the token and is no part of it, in words. */
  | { readonly access: Secret; readonly removed: readonly string[] }
  /** A JSON document: only the provider knows where the token is in it. */
  | { readonly reply: Secret; readonly removed: readonly string[] }

/** Quotes that documents and messengers put around a value. */
const quotes: ReadonlyArray<readonly [opening: string, closing: string]> = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['\u201c', '\u201d'],
  ['\u2018', '\u2019'],
  ['\u00ab', '\u00bb'],
]

/**
 * A token, or a JSON document, out of a text that somebody copied: blanks around it, one pair of
 * quotes and the name of the header that carries it are taken off. Throws `usage` for everything else
 * that is no token; the text is never quoted. `attachment` is how the provider's tokens travel.
 */
export function readPastedText(text: string, attachment: Attachment, what: string): PastedText {
  const bare = withoutMark(text).trim()
  if (bare === '') throw new ToknError('usage', words.core.emptyValue(what))
  const unquoted = withoutQuotes(bare)
  const removed = unquoted === bare ? [] : [words.pasted.quotes()]
  if (unquoted.startsWith('{')) return { reply: new Secret(unquoted), removed }
  const labels = labelsOf(attachment)
  const label = labelBefore(unquoted, labels)
  const value = withoutQuotes(unquoted.slice(label.length).trim())
  const further = label === '' ? removed : [...removed, words.pasted.label(label.trim())]
  const alone = isLabel(unquoted, labels) || isLabel(value, labels)
  const problem = alone ? words.pasted.isLabel() : problemOf(value)
  if (problem !== undefined) throw new ToknError('usage', words.pasted.noToken(what, problem))
  return { access: checkGivenToken(new Secret(value)), removed: further }
}

function withoutQuotes(text: string): string {
  const [opening, closing] =
    quotes.find(([first, last]) => text.startsWith(first) && text.endsWith(last)) ?? []
  const inside = text.slice(1, -1).trim()
  if (opening === undefined || closing === undefined || text.length < 3) return text
  // `"name":"value"` begins and ends with one as well, and so does JSON in a shell's quotes.
  const own = !inside.startsWith('{') && (inside.includes(opening) || inside.includes(closing))
  return own ? text : inside
}

/** Patterns of a header's name, with and without the scheme, of a parameter's and of a cookie's. */
function labelsOf({ headers, query, cookies }: Attachment): readonly string[] {
  const named = [...Object.entries(headers ?? {}), ['Authorization', 'Bearer {access}'] as const]
  return [
    ...named.flatMap(([name, value]) => {
      const scheme = value.split('{access}')[0]?.trim() ?? ''
      const header = `${escape(name)}\\s*:\\s*`
      return scheme === ''
        ? [header]
        : [`${header}${escape(scheme)}\\s+`, header, `${escape(scheme)}\\s+`]
    }),
    ...[...Object.keys(query ?? {}), ...Object.keys(cookies ?? {})]
      .filter((name) => (query?.[name] ?? cookies?.[name]) === '{access}')
      .map((name) => `${escape(name)}=`),
  ]
}

/** What stands before a token; `''` for nothing. */
function labelBefore(text: string, labels: readonly string[]): string {
  for (const label of labels) {
    const found = new RegExp(`^${label}(?=\\S)`, 'i').exec(text)?.[0]
    if (found !== undefined) return found
  }
  return ''
}

/** Whether a token was left out behind it. */
function isLabel(text: string, labels: readonly string[]): boolean {
  return labels.some((label) => new RegExp(`^${label}\\s*$`, 'i').test(`${text} `))
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** What the text is instead of a token, in words; `undefined` where it may be one. */
function problemOf(text: string): string | undefined {
  const { pasted } = words
  if (text.startsWith('-----BEGIN ')) return pasted.isPem()
  if (text.startsWith('<')) return pasted.isPage()
  if (/^(\$\s*)?(curl|wget|http|tokn|export|set)\s/i.test(text)) return pasted.isCommand()
  if (/[\r\n]/.test(text)) return pasted.hasLines()
  if (/^[[{]/.test(text)) return pasted.isList()
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return pasted.isUrl()
  if (/^["'`\u2018\u201c\u00ab]|["'`\u2019\u201d\u00bb]$/.test(text)) return pasted.hasQuotes()
  if (/^(undefined|null|none|nil|nan)$/i.test(text)) return pasted.isNothing()
  if (/^(true|false)$/i.test(text)) return pasted.isYesOrNo()
  if (/^(\$\{?\w+\}?|%\w+%|\*+|\.+)$/.test(text)) return pasted.isPlaceholder()
  if (/^[A-Za-z_]\w*=[^=]/.test(text)) return pasted.isAssignment()
  if (/\s/.test(text)) return pasted.hasBlanks()
  if (/[,;]$/.test(text) || /\.\.\.|\u2026/.test(text)) return pasted.isCut()
  return undefined
}
