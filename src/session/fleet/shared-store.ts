import { ToknError } from '../../core/errors.ts'
import type { Fleet } from '../../core/fleet.ts'
import type { StoreKind } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'

/** The store of a kind, which many machines share. Throws `usage` where it is none of these, `store`. */
export async function sharedStore(ports: Ports, kind: StoreKind): Promise<Fleet> {
  const { stores } = ports
  const fleet = stores.traits(kind).shared === true ? await ports.fleet?.(kind) : undefined
  if (fleet !== undefined) return fleet
  const shared = stores.kinds.filter((one) => stores.traits(one).shared === true)
  throw new ToknError('usage', words.refresherService.notShared(kind, shared))
}
