import type { Profile } from '../core/profile.ts'
import { entryOf } from './held.ts'
import type { Ports } from './ports.ts'
import { promoteAnswer } from './recovery.ts'

/** Stores the answer of a refresh that was cut off; tells whether there was one. */
export async function promotePending(ports: Ports, profile: Profile): Promise<boolean> {
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const answered = (await ports.journal()).read(entryOf(profile))?.response !== undefined
    await promoteAnswer(ports, profile, await ports.store(profile.store), held)
    return answered
  } finally {
    await held.release()
  }
}
