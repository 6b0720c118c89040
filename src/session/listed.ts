import type { Introspection, TokenInfo } from '../core/token.ts'

/** What a list says of the held token. Of several with its id nobody knows which one it is. */
export function describeListed(tokens: readonly TokenInfo[]): Introspection {
  const [token] = tokens
  if (token === undefined) return { answered: false, facts: {} }
  const revoked = tokens.filter(({ revokedAt }) => revokedAt !== undefined)
  const known = revoked.length === 0 || revoked.length === tokens.length
  const active = known ? revoked.length === 0 : undefined
  if (tokens.length > 1) return { active, facts: { listed: `${tokens.length} tokens of one id` } }
  const { name, scopes, expiry, facts } = token
  return {
    active,
    scopes,
    access: expiry,
    facts: { ...(name === undefined ? {} : { name }), ...facts },
  }
}
