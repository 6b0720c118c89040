import { proveStorage } from '../check-storage.ts'
import { refuseReader } from '../fleet/reader.ts'
import { formerStore } from '../save-session.ts'
import type { Session } from '../session.ts'
import { openIntent } from '../unfinished/open-intent.ts'
import { sweepUnsent } from '../unfinished/sweep.ts'

/**
 * Proves that a session could be kept before a person is asked for anything secret: the store can be
 * reached, its key is there, and it can be written. What a kill leaves of that is cleared by the next
 * login. Throws `store`, `busy`, `usage`, and `interrupted` at the question for a passphrase.
 */
export async function proveBeforeQuestions(session: Session, origin: string): Promise<void> {
  const { ports, profile } = session
  await refuseReader(session, 'login')
  await (await session.store()).sealingKey()
  if (!ports.stores.traits(profile.store).outlivesProcess) return
  await sweepUnsent(session)
  const { store } = profile
  const former = formerStore(session)
  const intent = await openIntent(ports, { kind: 'login', store, origin, profile, former })
  try {
    await proveStorage(session)
  } finally {
    await intent.remove()
  }
}
