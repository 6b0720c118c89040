import type { Provider } from '../core/provider.ts'
import type { TokenSet } from '../core/token.ts'

/**
 * The one rule for the secrets of a login that was not asked to keep any: what the client proves itself
 * with stays beside a refresh token, which is useless without it, and goes with that. It is the same for
 * every flow.
 */
export function withKeptProofs<Tokens extends Pick<TokenSet, 'context' | 'refresh'>>(
  { proofs = [] }: Pick<Provider, 'proofs'>,
  tokens: Tokens,
): Tokens {
  if (tokens.refresh !== undefined || proofs.every((name) => !(name in tokens.context)))
    return tokens
  const context = Object.entries(tokens.context).filter(([name]) => !proofs.includes(name))
  return { ...tokens, context: Object.fromEntries(context) }
}
