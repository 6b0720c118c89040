import { isToknError } from '../../core/errors.ts'
import { eraseProbe } from '../check-storage.ts'
import type { Session } from '../session.ts'
import { findCutOff, forget } from './find.ts'

/**
 * Clears what logins of this configuration have left that were cut off before anything was sent:
 * there is nothing to tell of those. Never throws; what cannot be cleared now stays.
 */
export async function sweepUnsent(session: Session): Promise<void> {
  const { ports } = session
  try {
    for (const one of await findCutOff(ports)) {
      if (one.sent || one.setUp !== undefined) continue
      if (one.sealed !== undefined || one.kind !== 'login') continue
      if (one.profile !== undefined) await eraseProbe(session.of(one.profile))
      await forget(ports, one)
    }
  } catch (error) {
    if (!isToknError(error, 'store', 'busy')) throw error
  }
}
