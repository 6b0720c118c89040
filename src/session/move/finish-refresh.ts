import type { Session } from '../session.ts'

/**
 * Ends a refresh of the session that was cut off, as the next command would: a reply that waits is
 * stored, and one that was lost is asked for again. Throws what a refresh throws.
 */
export async function finishRefresh(session: Session): Promise<void> {
  const { ports, profile } = session
  if (!(await isRefreshLeft(session))) return
  await ports.refresher(profile, { reason: 'recovered', minTtl: 0 })
  if (!(await isRefreshLeft(session))) return
  await session.refresh({ minTtl: undefined, force: false })
}

export async function isRefreshLeft({ ports, entry }: Session): Promise<boolean> {
  return await ports.refreshPending(entry)
}
