import type { AuthorizationResponseError } from 'openid-client'
import { ToknError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import { quoteForeign } from '../../../core/secret.ts'
import { words } from '../../../messages/words.ts'
import { explainRefusal, explainStatus, type RequestName } from './explain-refusal.ts'
import { RefusedError, type RefusalReply } from './refusal-reply.ts'

/** Runs a call of openid-client and translates whatever it throws. */
export async function withOurErrors<Result>(
  request: RequestName,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw translate(request, error)
  }
}

/**
 * The error of ours for one of openid-client; any other is returned unchanged. The original is not
 * kept as the cause, because it contains the reply, and with it tokens.
 */
export function translate(request: RequestName, error: unknown): unknown {
  const refusal = refusalIn(error)
  if (refusal !== undefined) return explainRefusal(request, refusal)
  const inner = causeOf(error, (cause) => cause instanceof ToknError)
  if (inner !== undefined) return inner
  switch (codeOf(error)) {
    case 'OAUTH_MISSING_SERVER_METADATA':
      return new ToknError('unsupported', words.oauth.noSuchEndpoint(attributeOf(error)))
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
    case 'OAUTH_RESPONSE_IS_NOT_JSON': {
      const reply = error instanceof Error ? error.cause : undefined
      if (reply instanceof Response) return explainStatus(request, reply.status)
      return unreadable(request, error)
    }
    default:
      return codeOf(error)?.startsWith('OAUTH_') === true ? unreadable(request, error) : error
  }
}

/** The refusal that an error carries; `undefined` where it is about something else. */
export function refusalIn(error: unknown): RefusalReply | undefined {
  const refused = causeOf(error, (cause) => cause instanceof RefusedError)
  if (refused instanceof RefusedError) return refused.refusal
  const code = codeOf(error)
  const isRefusal =
    code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR' ||
    code === 'OAUTH_RESPONSE_BODY_ERROR' ||
    code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE'
  if (!isRefusal) return undefined
  // The callback of the browser, or a nonce that was demanded twice.
  const { error: said, error_description: text } = error as Partial<AuthorizationResponseError>
  const status = (error as { readonly status?: number }).status
  return {
    status,
    codes: [said ?? 'use_dpop_nonce'],
    texts: text === undefined ? [] : [text],
  }
}

/** Why openid-client did not accept a reply, without quoting it. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? quoteForeign(cause.message) : words.oauth.unreadable()
}

function causeOf(error: unknown, holds: (cause: Error) => boolean): Error | undefined {
  let inner = error
  for (let depth = 0; depth < 5 && inner instanceof Error; depth++) {
    if (holds(inner)) return inner
    inner = inner.cause
  }
  return undefined
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

function attributeOf(error: unknown): string | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (isObject(inner.cause) && typeof inner.cause['attribute'] === 'string') {
      return inner.cause['attribute'].replaceAll('_', ' ')
    }
  }
  return undefined
}

function unreadable(request: RequestName, error: unknown): ToknError {
  const message = words.oauth.invalidAnswer(request, reasonOf(error))
  return new ToknError('provider_nonsense', message, { sent: true })
}
