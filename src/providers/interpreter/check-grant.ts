import { ToknError } from '../../core/errors.ts'
import type { Grant } from '../../core/token.ts'
import { display, nearest } from '../../core/text.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import { checkLifetime } from './lifetime.ts'
import { mentions } from '../schema/mentions.ts'

const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const forms = {
  any: { pattern: /^[^\s](.{0,510}[^\s])?$/u, words: 'a text of 512 characters at most' },
  token: { pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/, words: 'one word of visible ASCII' },
  'method-path': {
    pattern: /^[A-Z]{3,10} \/[\x21-\x7e]{0,500}$/,
    words: 'a method and a path: "GET /objects/:id"',
  },
} as const

/**
 * Throws `usage` for what `exchanges` could not ask the API for: what was asked and not said would
 * be a promise that nobody made.
 */
export function checkGrant(
  definition: ProviderDefinition,
  exchanges: readonly Exchange[],
  grant: Grant,
): void {
  checkScopes(definition, exchanges, grant.scopes ?? [])
  if (grant.lifetime !== undefined) checkLifetime(definition, exchanges, grant)
  if (grant.name !== undefined) checkName(definition, exchanges, grant.name)
  const { title } = definition
  if (grant.audience !== undefined && !mentions(exchanges, 'audience')) {
    throw usage(`${title} cannot be asked for an audience here`)
  }
  if (grant.resource !== undefined && grant.resource.length > 0) {
    throw usage(`${title} cannot be asked for a resource`)
  }
}

function checkScopes(
  { title, scopes }: ProviderDefinition,
  exchanges: readonly Exchange[],
  asked: readonly string[],
): void {
  if (asked.length === 0) return
  if (scopes === undefined || !mentions(exchanges, 'scopes')) {
    throw usage(`${title} cannot be asked for scopes here`)
  }
  const { pattern, words } = forms[scopes.form ?? 'any']
  for (const scope of asked) {
    const shown = display(scope, 80)
    if (!pattern.test(scope) || unprintable.test(scope)) {
      throw usage(`"${shown}" cannot be a scope of ${title}`, `a scope is ${words}`)
    }
    if (scopes.choices !== undefined && !scopes.choices.includes(scope)) {
      const meant = nearest(scope, scopes.choices)
      throw usage(
        `${title} has no scope "${shown}"`,
        meant === undefined ? `it has ${scopes.choices.join(', ')}` : `did you mean "${meant}"?`,
      )
    }
  }
}

function checkName(
  { title }: ProviderDefinition,
  exchanges: readonly Exchange[],
  name: string,
): void {
  if (!mentions(exchanges, 'name'))
    throw usage(`${title} cannot be given a name for the token here`)
  if (name.trim() === '' || name.length > 256 || unprintable.test(name)) {
    throw usage('that cannot be the name of a token', 'use one line of 256 characters at most')
  }
}

function usage(message: string, hint?: string): ToknError {
  return new ToknError('usage', message, { hint, sent: false })
}
