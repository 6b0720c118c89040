import { ToknError } from '../../core/errors.ts'
import type { Fleet } from '../../core/fleet.ts'
import type { StoreKind } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'

/**
 * The kind that a command means which is about a store of many machines. `inForce` gives the kind in
 * force; `kept` counts there unless more is said. Where that is one of this machine alone, it is the one
 * kind of many machines that profiles of this machine have, if there is one.
 */
export function sharedKind(
  { stores, profiles }: Pick<Ports, 'stores' | 'profiles'>,
  inForce: (kept?: StoreKind) => StoreKind,
): StoreKind {
  const kind = inForce()
  if (stores.traits(kind).shared === true) return kind
  const own = new Set(profiles.outlines().flatMap(({ store }) => store ?? []))
  const shared = [...own].filter((one) => stores.traits(one).shared === true)
  return shared.length === 1 ? inForce(shared[0]) : kind
}

/** The store of a kind, which many machines share. Throws `usage` where it is none of these, `store`. */
export async function sharedStore(ports: Ports, kind: StoreKind): Promise<Fleet> {
  const { stores } = ports
  const fleet = stores.traits(kind).shared === true ? await ports.fleet?.(kind) : undefined
  if (fleet !== undefined) return fleet
  const shared = stores.kinds.filter((one) => stores.traits(one).shared === true)
  throw new ToknError('usage', words.refresherService.notShared(kind, shared))
}
