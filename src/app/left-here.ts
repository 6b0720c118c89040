import { existsSync } from 'node:fs'
import type { Paths } from '../io/files/paths.ts'
import type { PortsRequest } from './ports.ts'

type Asked = Pick<PortsRequest, 'storeUrl' | 'requester' | 'environment'>

/**
 * Whether this machine keeps something already. Where a variable says where the store is, it may be gone
 * with the job.
 */
export function keepsHere({ storeUrl }: Asked, { state }: Pick<Paths, 'state'>): boolean {
  return storeUrl?.() === undefined || existsSync(state)
}

/**
 * Whether nothing may be left on the disk: of a job that has its profile in a variable, too. A process
 * that works for another one goes by what that has left.
 */
export function leavesNothing(asked: Asked, paths: Pick<Paths, 'state'>): boolean {
  if (keepsHere(asked, paths)) return false
  return asked.requester !== undefined || (asked.environment['TOKN_PROFILE'] ?? '') !== ''
}

/** Where processes of this machine take turns. */
export async function placeOfTurns(
  asked: Asked,
  paths: Paths,
): Promise<Pick<Paths, 'common' | 'meetingFolder'>> {
  if (!leavesNothing(asked, paths)) return paths
  return (await import('../io/files/job-folder.ts')).placeOfJob(paths)
}
