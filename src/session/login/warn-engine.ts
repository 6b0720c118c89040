import { isToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'

/** Tells whoever logs in to a store for many machines that may lose what it has confirmed. Never throws. */
export async function warnOfLoss({ ports, profile }: Session): Promise<void> {
  const { store, id } = profile
  if (ports.engine === undefined || ports.stores.traits(store).shared !== true) return
  try {
    const { engine } = await ports.engine(store, id)
    const findings = await engine.examine()
    const lost = findings.find((one) => one.id === 'durability' && one.status !== 'ok')
    if (lost !== undefined) ports.warn(words.login.mayLoseWrites(engine.describe(), lost.detail))
  } catch (error) {
    // The session is kept all the same.
    if (!isToknError(error)) throw error
  }
}
