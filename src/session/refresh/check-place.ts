import { isToknError, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'

/**
 * Throws `busy` where the session has moved to another store since its profile was read: an entry that is
 * left here, or is about to be erased, is not what counts. Whoever calls holds the lock of the entry.
 */
export function checkPlace({ ports, profile }: Session): void {
  // Whoever names another store than the profile does means what is there.
  if (profile.usualStore !== undefined || ports.isInMemory === true) return
  const now = readNow(ports.profiles, profile.name)
  if (now === undefined || now.id !== profile.id || now.store === profile.store) return
  throw new ToknError('busy', words.refresh.moved(profile.name, now.store), { sent: false })
}

function readNow(
  profiles: Session['ports']['profiles'],
  name: string,
): ReturnType<Session['ports']['profiles']['get']> {
  try {
    return profiles.get(name)
  } catch (error) {
    if (!isToknError(error, 'usage')) throw error
    return undefined
  }
}
