import type { Expiry } from '../core/expiry.ts'
import type { Introspection, TokenInfo } from '../core/token.ts'
import { words } from '../messages/words.ts'

/** What a list says of the token held. If several have its id, nobody knows which one it is. */
export function describeListed(tokens: readonly TokenInfo[]): Introspection {
  const [token] = tokens
  if (token === undefined) return { answered: false, asked: true, facts: {} }
  const revoked = tokens.filter(({ revokedAt }) => revokedAt !== undefined)
  const clear = revoked.length === 0 || revoked.length === tokens.length
  const active = clear ? revoked.length === 0 : undefined
  if (tokens.length > 1) return { active, facts: { listed: words.tokens.ofOneId(tokens.length) } }
  const { name, scopes, expiry, facts } = token
  return {
    active,
    scopes,
    access: known(expiry),
    facts: { ...(name === undefined ? {} : { name }), ...facts },
  }
}

/** `said` without the expiries that it does not know: more may be known of those here. */
export function withKnownExpiries(said: Introspection): Introspection {
  return { ...said, access: known(said.access), refresh: known(said.refresh) }
}

function known(expiry: Expiry | undefined): Expiry | undefined {
  return expiry?.state === 'unknown' ? undefined : expiry
}
