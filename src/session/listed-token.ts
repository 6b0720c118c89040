import type { Expiry } from '../core/expiry.ts'
import type { Introspection, TokenInfo } from '../core/token.ts'
import { words } from '../messages/words.ts'

/** What a list says of the held token. Of several with its id nobody knows which one it is. */
export function describeListed(tokens: readonly TokenInfo[]): Introspection {
  const [token] = tokens
  if (token === undefined) return { answered: false, asked: true, facts: {} }
  const revoked = tokens.filter(({ revokedAt }) => revokedAt !== undefined)
  const known = revoked.length === 0 || revoked.length === tokens.length
  const active = known ? revoked.length === 0 : undefined
  if (tokens.length > 1) return { active, facts: { listed: words.tokens.ofOneId(tokens.length) } }
  const { name, scopes, expiry, facts } = token
  return {
    active,
    scopes,
    access: told(expiry),
    facts: { ...(name === undefined ? {} : { name }), ...facts },
  }
}

/** `said` without the ends that it does not tell: more may be known of those here. */
export function onlyTold(said: Introspection): Introspection {
  return { ...said, access: told(said.access), refresh: told(said.refresh) }
}

function told(expiry: Expiry | undefined): Expiry | undefined {
  return expiry?.state === 'unknown' ? undefined : expiry
}
