import type * as Openid from 'openid-client'
import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { quoteForeign } from '../../core/secret.ts'
import { isTransient } from '../../core/retry.ts'
import { words } from '../../messages/words.ts'
import { translate } from './library-errors.ts'
import type { Transport } from './transport.ts'

type Find = (options: Openid.DiscoveryRequestOptions) => Promise<Openid.Configuration>

type Found =
  | { readonly config: Openid.Configuration; readonly error?: undefined }
  | { readonly config?: undefined; readonly error: unknown }

/**
 * The metadata of `issuer`: OpenID Connect Discovery first, then RFC 8414. Throws
 * `provider_nonsense` for a document that names another issuer, `network` when nobody answers;
 * returns the error where there is just no document.
 */
export async function discover(
  openid: typeof Openid,
  transport: Transport,
  issuer: URL,
  find: Find,
): Promise<Found> {
  const insecure = issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : []
  let first: unknown
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    try {
      return {
        config: await find({ algorithm, execute: insecure, [openid.customFetch]: transport.fetch }),
      }
    } catch (error) {
      const mismatch = explainMismatch(error, issuer)
      if (mismatch !== undefined) throw mismatch
      const ours = translate('discovery', error)
      // Some servers without a document answer with a page and a status of refusal.
      const page = isToknError(ours, 'network') && !isTransient(ours.details.http?.status ?? 500)
      if (isToknError(ours, 'network', 'rate_limited', 'usage') && !page) throw unsent(ours)
      if (!isFailure(ours)) throw ours
      first ??= ours
    }
  }
  return { error: noDocument(issuer, first) }
}

/** The actual request was not sent: it is safe to repeat it. */
function unsent(error: ToknError): ToknError {
  return new ToknError(error.code, error.message, { ...error.details, sent: false, cause: error })
}

function noDocument(issuer: URL, error: unknown): unknown {
  if (isToknError(error, 'network')) return unsent(error)
  if (!isToknError(error) || error.code === 'provider_nonsense') return error
  return new ToknError('provider_refused', words.oauth.noDiscoveryDocument(issuer.href), {
    http: error.details.http,
    sent: false,
  })
}

function explainMismatch(error: unknown, issuer: URL): ToknError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !isObject(error.cause)) return undefined
  if (error.code !== 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') return undefined
  const body = error.cause['body']
  const named = (isObject(body) && ownString(body, 'issuer')) || undefined
  const said = words.oauth.anotherIssuer(issuer.href, named && quoteForeign(named, 200))
  return new ToknError('provider_nonsense', said, { sent: false })
}
