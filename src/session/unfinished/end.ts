import { openSession, type Session } from '../session.ts'
import { isToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { eraseEntry } from '../login/save-session.ts'
import type { Ports } from '../ports.ts'
import { eraseProbe } from '../login/check-storage.ts'
import { forget, type Mark } from './find.ts'
import { removeEmpty } from './issues.ts'
import { byFix, profileOf, type Verdict } from './outcome.ts'

/**
 * Says `detail` of a mark of which nothing more can be done, or has to be; with `fix`, erases what
 * else its command may have left behind, and then the mark.
 */
export async function endMark(
  ports: Ports,
  mark: Mark,
  fix: boolean,
  detail: string,
): Promise<Verdict> {
  if (!fix) return { status: 'warn', detail, fix: byFix }
  const { kind, profile } = mark
  if (profile !== undefined) {
    await eraseProbe(openSession(ports, profile))
    if (kind === 'login') await eraseUnreached(ports, mark, profile)
    else await removeUnused(openSession(ports, profile))
  }
  await forget(ports, mark)
  return { status: 'fixed', detail }
}

/** Entries in stores where the profile does not look, or not any more. */
async function eraseUnreached(ports: Ports, { former }: Mark, profile: Profile): Promise<void> {
  const now = profileOf(ports, profile.id)
  for (const kind of [former, profile.store]) {
    if (kind !== undefined && kind !== now?.store)
      await eraseEntry(openSession(ports, profile), kind)
  }
}

/** The profile that was made for a token; one that holds something, readable or not, is in use. */
async function removeUnused(session: Session): Promise<void> {
  const { ports, profile } = session
  if (profileOf(ports, profile.id) === undefined) return
  try {
    await removeEmpty(session)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
  }
}
