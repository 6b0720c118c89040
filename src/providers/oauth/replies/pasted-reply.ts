import { isFailure, ToknError } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import { readClaims } from '../../../core/jwt.ts'
import { Secret } from '../../../core/secret.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import { warn } from '../../replies/warnings.ts'
import { RefusedError } from './refusal-reply.ts'
import { readScopes } from '../settings/scope-words.ts'
import { readTokenResponse, type TokenResponse } from './token-response.ts'

/**
 * The tokens in a response of the token endpoint that was pasted (RFC 6749 section 5.1). Throws
 * `usage` for anything else, which is not quoted, and for a token that is bound to a key.
 */
export async function readPastedReply(
  title: string,
  pasted: Secret,
  reach: Pick<Reach, 'clock' | 'warn'>,
): Promise<TokenSet> {
  const response = await read(title, pasted, reach)
  if (response.tokenType === 'dpop') throw new ToknError('usage', words.pasted.boundToKey(title))
  for (const oddity of response.oddities) warn(reach, oddity)
  const { access_token: access, refresh_token: refresh, scope, id_token: idToken } = response.body
  const subject = readClaims(access)?.['sub']
  const user = typeof idToken === 'string' ? readClaims(idToken)?.['sub'] : undefined
  return {
    access: new Secret(access),
    refresh: typeof refresh === 'string' ? new Secret(refresh) : undefined,
    expiry: response.expiry.expiry,
    scopes: typeof scope === 'string' ? readScopes(scope, {}) : undefined,
    context: {
      token_type: response.tokenType,
      ...(typeof idToken === 'string' ? { id_token: new Secret(idToken).reveal() } : {}),
      ...(typeof user === 'string' ? { sub: user } : {}),
      ...(typeof subject === 'string' ? { token_sub: subject } : {}),
    },
  }
}

async function read(
  title: string,
  pasted: Secret,
  { clock }: Pick<Reach, 'clock'>,
): Promise<TokenResponse> {
  const reply = { status: 200, headers: [], body: pasted.reveal() }
  try {
    return await readTokenResponse(reply, clock, 0)
  } catch (error) {
    if (!isFailure(error) && !(error instanceof RefusedError)) throw error
    const names = ['access_token', 'refresh_token', 'expires_in']
    throw new ToknError('usage', words.pasted.notAReply(title, names), { cause: error })
  }
}
