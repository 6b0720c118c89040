import { isToknError, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'

/**
 * Throws `busy` where the session has moved to another store since its profile was read, and where its
 * profile says another one than is asked for, and a move has left a copy here: an entry that is left, or
 * is about to be erased, is not what counts. Whoever calls holds the lock of the entry.
 */
export async function checkPlace(session: Session): Promise<void> {
  const { ports, profile } = session
  if (ports.isInMemory === true) return
  // Whoever names another store than the profile does means what is there.
  if (profile.usualStore !== undefined) {
    return await (await import('../left-copy.ts')).refuseLeftCopy(session)
  }
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
