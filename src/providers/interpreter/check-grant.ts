import { ToknError, type Said } from '../../core/errors.ts'
import type { Grant } from '../../core/token.ts'
import { display, nearest } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import { checkLifetime } from './lifetime.ts'
import { mentions } from '../schema/mentions.ts'

const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const forms = {
  any: /^[^\s](.{0,510}[^\s])?$/u,
  token: /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/,
  'method-path': /^[A-Z]{3,10} \/[\x21-\x7e]{0,500}$/,
} as const

/**
 * Throws `usage` for what `exchanges` have no way to send: silently leaving it out would give a
 * token that is not what was requested.
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
    throw usage(words.requests.noAudience(title))
  }
  if (grant.resource !== undefined && grant.resource.length > 0) {
    throw usage(words.requests.noResource(title))
  }
}

function checkScopes(
  { title, scopes }: ProviderDefinition,
  exchanges: readonly Exchange[],
  asked: readonly string[],
): void {
  if (asked.length === 0) return
  if (scopes === undefined || !mentions(exchanges, 'scopes')) {
    throw usage(words.requests.noScopes(title))
  }
  const form = scopes.form ?? 'any'
  for (const scope of asked) {
    const shown = display(scope, 80)
    if (!isScope({ scopes }, scope)) {
      throw usage(words.requests.notAScope(shown, title, form))
    }
    if (scopes.choices !== undefined && !scopes.choices.includes(scope)) {
      const near = nearest(scope, scopes.choices)
      throw usage(words.requests.unknownScope(shown, title, near, scopes.choices))
    }
  }
}

/** Whether a text is a scope that the API could be asked for. */
export function isScope({ scopes }: Pick<ProviderDefinition, 'scopes'>, text: string): boolean {
  return forms[scopes?.form ?? 'any'].test(text) && !unprintable.test(text)
}

function checkName(
  { title }: ProviderDefinition,
  exchanges: readonly Exchange[],
  name: string,
): void {
  if (!mentions(exchanges, 'name', 'label')) throw usage(words.requests.noName(title))
  if (name.trim() === '' || name.length > 256 || unprintable.test(name)) {
    throw usage(words.requests.notATokenName())
  }
}

function usage(said: string | Said): ToknError {
  return new ToknError('usage', said, { sent: false })
}
