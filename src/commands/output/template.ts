import { ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** What a template is made of: text as it stands, and names of values. */
type Part<Name> = { readonly text: string } | { readonly value: Name }

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  '{': '{',
  '}': '}',
}

/**
 * Reads a template in which `{name}` stands for a value, `{{` and `}}` for braces, and `\n`, `\t`
 * and `\\` for what they are in most languages. Throws `usage` for a name that is not in `names`.
 */
export function readTemplate<Name extends string>(
  text: string,
  names: readonly Name[],
): (values: Readonly<Record<Name, string>>) => string {
  const tokens = text.match(/\\[nt\\{}]|\{\{|\}\}|\{[^{}]*\}|[\s\S]/gu) ?? []
  const parts = tokens.map((token) => readToken(token, names))
  return (values) => parts.map((part) => ('text' in part ? part.text : values[part.value])).join('')
}

function readToken<Name extends string>(token: string, names: readonly Name[]): Part<Name> {
  if (token.length > 1 && token.startsWith('\\')) return { text: escapes[token.slice(1)] ?? token }
  if (token === '{{' || token === '}}') return { text: token.slice(1) }
  if (token === '{') throw new ToknError('usage', words.status.unclosedPlaceholder())
  if (token === '}') throw new ToknError('usage', words.status.unopenedPlaceholder())
  if (!token.startsWith('{')) return { text: token }
  const asked = token.slice(1, -1).trim()
  const name = names.find((one) => one === asked)
  if (name !== undefined) return { value: name }
  const valid = names.map((one) => `{${one}}`).join(' ')
  throw new ToknError('usage', words.status.noSuchPlaceholder(display(asked, 60), valid))
}
