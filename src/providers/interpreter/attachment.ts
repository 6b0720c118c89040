import { ToknError } from '../../core/errors.ts'
import type { Attachment, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { AttachTemplate, Exchange, ProviderDefinition } from '../schema/definition.ts'
import { fillTexts } from '../templates/fill.ts'
import { asList } from '../schema/as-list.ts'
import type { TemplateValues } from '../templates/placeholder-values.ts'

/** Key of the context that says by which operation's `attach` a token is sent. */
export const attachKey = '@attach'

const mark = '{access}'

/**
 * How a token is sent, with everything filled in but `{access}`. Throws `usage` when a value would
 * add a second `{access}`.
 */
export function fillAttachment(
  definition: ProviderDefinition,
  held: Pick<TokenSet, 'context'>,
  values: Pick<TemplateValues, 'fields' | 'answers' | 'baseUrl' | 'now'>,
): Attachment {
  const template = templateFor(definition, held.context[attachKey])
  const all: TemplateValues = { ...values, context: held.context, access: { reveal: () => mark } }
  return {
    headers: part(template.headers, all),
    query: part(template.query, all),
    cookies: part(template.cookies, all),
  }
}

/** Whether the exchange that a token comes from, or what its reply says, decides how it is sent. */
export function attachVaries(definition: ProviderDefinition): boolean {
  const { attach, login, issue } = definition
  const exchanges = [...asList<Exchange>(login), ...asList<Exchange>(issue)]
  return (
    exchanges.some((exchange) => exchange.attach !== undefined) ||
    JSON.stringify(attach).includes('context.')
  )
}

function templateFor(
  definition: ProviderDefinition,
  operation: string | undefined,
): AttachTemplate {
  const own =
    operation === 'login' || operation === 'issue' ? asList<Exchange>(definition[operation]) : []
  return own.findLast((exchange) => exchange.attach !== undefined)?.attach ?? definition.attach
}

function part(
  templates: Readonly<Record<string, string>> | undefined,
  values: TemplateValues,
): Readonly<Record<string, string>> | undefined {
  if (templates === undefined) return undefined
  const filled = fillTexts(templates, values)
  for (const [name, value] of filled) {
    const wanted = (templates[name] ?? '').split(mark).length
    if (value.split(mark).length > wanted) {
      throw new ToknError('usage', words.requests.containsMark(name, mark))
    }
  }
  return Object.fromEntries(filled)
}
