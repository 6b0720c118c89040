import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Environment } from '../files/paths.ts'

/**
 * Throws `usage` for an environment in which secrets would be sent to anybody. It cannot be fixed
 * from inside: Node has read these variables before we run.
 */
export function refuseUnsafeEnvironment(environment: Environment): void {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new ToknError('usage', words.network.serversNotChecked())
  }
}
