import { openSession } from '../session.ts'
import { isToknError } from '../../core/errors.ts'
import type { Ports } from '../ports.ts'
import { eraseProbe } from '../login/check-storage.ts'
import { findMarks, forget } from './find.ts'

/**
 * Clears what commands of this configuration have left that were cut off before anything was sent:
 * there is nothing to tell of those. Never throws; what cannot be cleared now stays.
 */
export async function sweepUnsent(ports: Ports): Promise<void> {
  try {
    for (const mark of await findMarks(ports)) {
      if (mark.sent || mark.sealed !== undefined || mark.kind !== 'login') continue
      if (mark.profile !== undefined) await eraseProbe(openSession(ports, mark.profile))
      await forget(ports, mark)
    }
  } catch (error) {
    if (!isToknError(error, 'store', 'busy')) throw error
  }
}
