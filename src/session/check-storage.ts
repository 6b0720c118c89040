import { ToknError } from '../core/errors.ts'
import type { Store } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'

/** About as long as a session is. */
const probeLength = 1_024

/**
 * Proves that the session can be kept, while nothing has been spent: its profile can be
 * written and read again, its lock taken, an entry of its store written, read and erased. Throws
 * `usage`, `busy`, `store`.
 */
export async function proveStorage(session: Session): Promise<void> {
  const { ports, profile } = session
  await ports.profiles.prove(profile)
  const store = await session.store()
  await session.locked(async () => await probe(store, profile))
}

/** The entry with which a store is tried: named after the session's, so that it can be found. */
function probeId({ id }: Pick<Profile, 'id'>): string {
  return `probe-${id}`.slice(0, 64)
}

async function probe(store: Store, profile: Profile): Promise<void> {
  const id = probeId(profile)
  const text = JSON.stringify({ probe: 'tokn '.repeat(probeLength / 5) })
  await store.write(id, 1, text)
  const found = await store.read(id)
  await store.remove(id)
  if (found === text) return
  throw new ToknError('store', words.login.notReadBack(store.describe()))
}

/** Erases what a proof that was cut off has left. Throws `store`, `busy`. */
export async function eraseProbe(session: Session): Promise<void> {
  await session.locked(async () => {
    await (await session.store()).remove(probeId(session))
  })
}
