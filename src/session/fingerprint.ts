import { isToknError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { Ports } from './ports.ts'

/**
 * The fingerprint of a token, to be shown; `undefined`, with a warning, where its key can be neither
 * read nor made: nothing that only recognises a token is a reason to withhold it.
 */
export async function fingerprintOf(ports: Ports, token: Secret): Promise<string | undefined> {
  try {
    return await ports.fingerprint(token)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    ports.warn(error.message)
    return undefined
  }
}
