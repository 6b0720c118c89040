import type { UnattendedLogin } from '../../../core/provider.ts'
import { flowOf } from './flow.ts'
import type { Settings } from './in-force.ts'

/** What the client proves itself with: the same at each login. */
export const clientSecrets = ['client_secret', 'private_key'] as const

/**
 * What the login takes that `context` is from, where it needs no person; `undefined` where one took
 * part. `settings` are those of the profile.
 */
export function unattendedLogin(
  settings: Settings,
  context: Readonly<Record<string, string>>,
): UnattendedLogin | undefined {
  const takes = takenBy(settings, context)
  return takes && { takes }
}

function takenBy(
  settings: Settings,
  context: Readonly<Record<string, string>>,
): UnattendedLogin['takes'] | undefined {
  switch (flowOf(context)) {
    case 'client':
      return takenByClient(settings)
    case 'jwt':
      return [['private_key'], ['assertion']]
    case 'exchange':
      return [['subject_token']]
    case 'ci':
      return [['ci_id_token'], ['ci_request_url', 'ci_request_token']]
    default:
      return undefined
  }
}

function takenByClient({ client_auth: method }: Settings): UnattendedLogin['takes'] {
  switch (method) {
    case undefined:
      return [['private_key'], ['client_secret']]
    case 'private_key_jwt':
      return [['private_key']]
    // By nothing, or by a certificate that the profile names.
    case 'none':
    case 'tls_client_auth':
      return [[]]
    default:
      return [['client_secret']]
  }
}
