import type { Expiry } from '../core/expiry.ts'
import type { Clock } from '../core/ports.ts'
import type { SessionRecord } from '../core/record.ts'

/** More than the clocks of one machine differ by themselves, in milliseconds. */
const tolerated = 60_000

/** What a record keeps of the moment at which it is made. */
export function thisMoment(
  clock: Clock,
): Pick<SessionRecord, 'obtainedAt' | 'prolongedAt' | 'boot'> {
  return { obtainedAt: clock.now(), prolongedAt: undefined, boot: clock.boot?.() }
}

/** Made in the future: the clock was wrong then or is wrong now, and the expiry means nothing. */
export function isUntimely(
  {
    expiry,
    obtainedAt,
    prolongedAt = obtainedAt,
    fixed,
  }: Pick<SessionRecord, 'expiry' | 'obtainedAt' | 'prolongedAt' | 'fixed'>,
  now: number,
): boolean {
  // The times of a pasted token do not come from a clock of this machine.
  const latest = Math.max(obtainedAt, prolongedAt)
  return expiry.state === 'at' && fixed !== true && latest > now + tolerated
}

/**
 * The record with its times by the clock as it goes now, as far as it is seen that the clock was set
 * back since the record was made: by as much too late would its token seem to end. One that is still
 * in the future stays so: what was noted then is not relied on while a refresh can tell.
 */
export function byThisClock(record: SessionRecord, clock: Clock): SessionRecord {
  return isUntimely(record, clock.now()) ? record : setBack(record, clock)
}

/**
 * As `byThisClock`, whatever the record says. Since the same start of the machine its clock was set
 * back if that start now seems to be earlier. Where it went forward, a token seems to end too early,
 * and a refresh puts that right. Another start says nothing of this clock.
 */
export function setBack(record: SessionRecord, clock: Clock): SessionRecord {
  const { boot, fixed, expiry, refreshExpiry, obtainedAt, prolongedAt } = record
  const now = boot === undefined || fixed === true ? undefined : clock.boot?.()
  if (boot === undefined || now === undefined || now.id !== boot.id) return record
  const back = boot.at - now.at
  if (back <= tolerated) return record
  return {
    ...record,
    boot: now,
    obtainedAt: obtainedAt - back,
    ...(prolongedAt === undefined ? {} : { prolongedAt: prolongedAt - back }),
    expiry: earlier(expiry, back),
    refreshExpiry: refreshExpiry && earlier(refreshExpiry, back),
  }
}

function earlier(expiry: Expiry, time: number): Expiry {
  return expiry.state === 'at' ? { ...expiry, at: expiry.at - time } : expiry
}
