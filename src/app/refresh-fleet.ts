import { FleetRefresher } from '../agent/fleet-refresher.ts'
import type { FleetRequest } from '../core/fleet-event.ts'
import type { Store } from '../core/ports.ts'
import type { StoreKind } from '../core/profile.ts'
import { forgetUnusedSecrets } from '../core/secret.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { openSession } from '../session/session.ts'
import { sharedStore } from '../session/fleet/shared-store.ts'
import { openPorts, type PortsRequest } from './ports.ts'

/**
 * Refreshes the sessions of a store for all machines, until that is interrupted. What it makes of this
 * machine is nothing: neither an index nor a journal of it.
 */
export async function refreshFleet(
  request: PortsRequest,
  { kind, ahead, tell, interrupted }: FleetRequest,
): Promise<void> {
  forgetUnusedSecrets()
  // One connection for all of them, however many are refreshed at the same time.
  const stores = new Map<StoreKind, Promise<Store>>()
  const opened: PortsRequest['opened'] = {}
  const portsFor = (warn: (text: string) => void) => {
    const began = elapsed()
    const own = { stores, opened, asksAgent: false, interaction: async () => undefined }
    return openPorts({ ...request, ...own, lasting: true, startedAt: () => began, warn })
  }
  const looks = portsFor(() => undefined)
  const refresher = new FleetRefresher({
    world: {
      fleet: await sharedStore(looks, kind),
      clock: { now: looks.clock.now, elapsed },
      session: (profile, index, warn) => openSession({ ...portsFor(warn), index }, profile),
      peek: (profile, index) => openSession({ ...looks, index }, profile),
    },
    tell,
    ahead,
  })
  void interrupted.then(() => refresher.stop())
  await refresher.run()
}
