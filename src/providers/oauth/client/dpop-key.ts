import type { webcrypto } from 'node:crypto'
import type * as Openid from 'openid-client'
import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import { words } from '../../../messages/words.ts'
import type { ServerClock } from '../server/server-clock.ts'

/** A DPoP key (RFC 9449): the handle that makes proofs, and the private JWK to keep. */
export interface DpopKey {
  readonly handle: Openid.DPoPHandle
  readonly jwk: string
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' }

/** A new ES256 key, or the one that `kept` (a private JWK) is. */
export async function openDpopKey(
  openid: typeof Openid,
  config: Openid.Configuration,
  time: ServerClock,
  kept: string | undefined,
): Promise<DpopKey> {
  const pair =
    kept === undefined
      ? await openid.randomDPoPKeyPair('ES256', { extractable: true })
      : await importPair(kept)
  const jwk = kept ?? JSON.stringify(await crypto.subtle.exportKey('jwk', pair.privateKey))
  const handle = openid.getDPoPHandle(config, pair, {
    [openid.modifyAssertion]: (_, payload) => {
      payload['iat'] = time.stamp()
    },
  })
  return { handle, jwk }
}

async function importPair(text: string): Promise<Openid.CryptoKeyPair> {
  try {
    const jwk: unknown = JSON.parse(text)
    if (!isObject(jwk)) throw new TypeError('not a JWK')
    const { d: _, key_ops: _operations, ext: _extractable, ...open } = jwk
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey(
        'jwk',
        { ...open, d: jwk['d'] } as webcrypto.JsonWebKey,
        curve,
        true,
        ['sign'],
      ),
      crypto.subtle.importKey('jwk', open as webcrypto.JsonWebKey, curve, true, ['verify']),
    ])
    return { privateKey, publicKey }
  } catch {
    throw new ToknError('store', words.oauth.damagedDpopKey())
  }
}
