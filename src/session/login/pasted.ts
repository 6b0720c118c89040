import { ToknError } from '../../core/errors.ts'
import { isGood, neverExpires, unknownExpiry, type Expiry } from '../../core/expiry.ts'
import { claimedExpiry, readClaims } from '../../core/jwt.ts'
import type { Provider } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import { checkGivenToken, type TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'

/** A token made elsewhere as what a login gives; one that has expired is warned of. */
export function pasteOrWarn({ ports }: Session, provider: Provider, access: Secret): TokenSet {
  const tokens = paste(provider, access)
  if (!isGood(tokens.expiry, ports.clock.now(), 0)) {
    ports.warn(words.login.pastedExpired())
  }
  return tokens
}

function paste(provider: Provider, access: Secret): TokenSet {
  if (provider.pasted === undefined) {
    throw new ToknError('unsupported', words.login.noPastedTokens(provider.title))
  }
  checkGivenToken(access)
  const jti = readClaims(access.reveal())?.['jti']
  return {
    access,
    expiry: pastedExpiry(provider.pasted.expiry, access),
    id: typeof jti === 'string' ? jti : undefined,
    context: {},
  }
}

function pastedExpiry(kind: 'never' | 'unknown' | 'jwt', access: Secret): Expiry {
  if (kind === 'jwt') return claimedExpiry(access.reveal())
  return kind === 'never' ? neverExpires : unknownExpiry
}
