import { isToknError } from '../../core/errors.ts'
import { eraseProbe } from '../check-storage.ts'
import { eraseEntry } from '../save-session.ts'
import type { Ports } from '../ports.ts'
import { openSession, type Session } from '../session.ts'
import { forget, type Unfinished } from './find.ts'
import { byFix, profileOf, type UnfinishedFinding } from './finding.ts'
import { removeEmpty } from './issues.ts'

/**
 * Says `detail` of a login or an issue for which nothing more can be done, or has to be; with `fix`,
 * erases what else it may have left behind, and then forgets it.
 */
export async function clearUnfinished(
  ports: Ports,
  unfinished: Unfinished,
  fix: boolean,
  detail: string,
): Promise<UnfinishedFinding> {
  if (!fix) return { status: 'warn', detail, fix: byFix }
  const { kind, profile } = unfinished
  if (profile !== undefined) {
    const session = openSession(ports, profile)
    await eraseProbe(session)
    if (kind === 'login') await eraseUnreached(session, unfinished)
    else await removeUnused(session)
  }
  await forget(ports, unfinished)
  return { status: 'fixed', detail }
}

/** Entries in stores where the profile does not look, or not any more. */
async function eraseUnreached(session: Session, { former }: Unfinished): Promise<void> {
  const now = profileOf(session.ports, session.id)
  for (const store of [former, session.profile.store]) {
    if (store !== undefined && store !== now?.store) await eraseEntry(session, store)
  }
}

/** The profile that was made for a token; one that holds something, readable or not, is in use. */
async function removeUnused(session: Session): Promise<void> {
  if (profileOf(session.ports, session.id) === undefined) return
  try {
    await removeEmpty(session)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
  }
}
