import type {
  AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { ToknError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { redact } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { explainRefusal, explainStatus, type Asked } from './refusals.ts'

/** Runs a call of openid-client; whatever it throws comes out as an error of ours. */
export async function asking<Result>(asked: Asked, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw translate(asked, error)
  }
}

/**
 * An error of openid-client as one of ours. Anything that is neither is returned as it is. The
 * original is not kept as the cause: it holds the reply, and with it tokens.
 */
export function translate(asked: Asked, error: unknown): unknown {
  const inner = ownError(error)
  if (inner !== undefined) return inner
  switch (codeOf(error)) {
    case 'OAUTH_RESPONSE_BODY_ERROR': {
      const { error: code, error_description, status } = error as ResponseBodyError
      return explainRefusal(asked, { error: code, description: error_description, status })
    }
    case 'OAUTH_AUTHORIZATION_RESPONSE_ERROR': {
      const { error: code, error_description } = error as AuthorizationResponseError
      return explainRefusal(asked, { error: code, description: error_description })
    }
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      return explainChallenge(asked, error as WWWAuthenticateChallengeError)
    case 'OAUTH_MISSING_SERVER_METADATA':
      return new ToknError('unsupported', `the server has no ${attributeOf(error)}`, {
        hint: 'tokn speaks to the endpoints that the issuer publishes or the profile names',
      })
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
    case 'OAUTH_RESPONSE_IS_NOT_JSON': {
      const reply = error instanceof Error ? error.cause : undefined
      if (reply instanceof Response) return explainStatus(asked, reply.status)
      return unreadable(asked, error)
    }
    default:
      return codeOf(error)?.startsWith('OAUTH_') === true ? unreadable(asked, error) : error
  }
}

/** The error of ours that openid-client wrapped, if it did. */
function ownError(error: unknown): ToknError | undefined {
  let inner = error
  for (let depth = 0; depth < 5 && inner instanceof Error; depth++) {
    if (inner instanceof ToknError) return inner
    inner = inner.cause
  }
  return undefined
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

function attributeOf(error: unknown): string {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (isObject(inner.cause) && typeof inner.cause['attribute'] === 'string') {
      return inner.cause['attribute'].replaceAll('_', ' ')
    }
  }
  return 'endpoint for this'
}

function explainChallenge(asked: Asked, error: WWWAuthenticateChallengeError): ToknError {
  const parameters = error.cause.find((one) => one.parameters['error'] !== undefined)?.parameters
  const code = parameters?.['error']
  if (code === undefined) return explainStatus(asked, error.status)
  const description = parameters?.['error_description']
  return explainRefusal(asked, { error: code, description, status: error.status })
}

function unreadable(asked: Asked, error: unknown): ToknError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const why = cause instanceof Error ? display(redact(cause.message), 200) : 'unreadable'
  return new ToknError(
    'provider_nonsense',
    `the answer to the ${asked} request is not a valid one: ${why}`,
    { sent: true },
  )
}
