import { openSession, type Session } from '../session.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { Clock, HeldLock, Store } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { isLost } from '../kept-reply.ts'
import { checkProvider, entryOf, readHeld } from '../stored-record.ts'
import { shortLived } from '../short-lived.ts'
import { isUntimely, setBack } from '../moment.ts'
import { isAlive, refuseCondemned } from '../standing.ts'
import { mayServe, satisfies, type RefreshWanted } from '../refresh-request.ts'
import { beginAttempt, readAttempt } from './attempt.ts'
import { findNewer, giveUp, storeNext } from './outcome.ts'
import { unpark } from './parked.ts'
import { succeed, type Renewed } from './successor.ts'
import type { Turn } from './turn.ts'
import { isUnreadable } from './verdict.ts'
import { NotRenewed, renew } from './ways.ts'
import { holderInWords } from '../naming.ts'

/** A provider that answers with dead tokens is not asked again for this long, in milliseconds. */
const stormGuard = 5_000

/**
 * The refresh itself: lock, look again, spend, make the answer durable, read it, store, read back.
 * Whoever calls at the same time gets the same new record. Throws `reauth_required`, `busy`,
 * `store`, `network`, `quota` and what the provider throws; what was held before is then untouched,
 * but for what was learnt of it.
 */
export async function refreshNow(session: Session, wanted: RefreshWanted): Promise<SessionRecord> {
  const { ports, profile } = session
  // 1. One process at a time works on a store entry.
  const held = await (await ports.lock())(entryOf(profile), ports.timeLeft())
  try {
    const store = await ports.store(profile.store)
    // 2. What an earlier refresh got and the store did not take goes before what the store has.
    const parked = await unpark(session, store, held)
    const record = parked?.record ?? (await readHeld(session))
    // 3. Others may have done all this while we waited.
    const left = parked?.stored === false ? undefined : await readAttempt(session, store, record)
    const answered = left !== undefined && left.kept.length > 0
    if (!answered && satisfies(record, wanted, ports.clock.now())) {
      if (left !== undefined) tellDoubt(session)
      return record
    }
    if (parked?.stored === false) throw parked.error
    if (!answered) {
      refuseCondemned(profile, record)
      guardAgainstStorm(session, record, wanted)
    }
    return await renewLocked(session, wanted, held, store, record)
  } finally {
    await held.release()
  }
}

/** Steps 4 to 8, with the lock held. */
async function renewLocked(
  session: Session,
  wanted: RefreshWanted,
  held: HeldLock,
  store: Store,
  record: SessionRecord,
): Promise<SessionRecord> {
  const { ports, profile } = session
  const provider = await ports.provider(profile)
  checkProvider(record, profile, provider)
  try {
    // 4. Room for the answer, the means to seal it, and the intent, before anything is spent.
    const attempt = await beginAttempt(session, store, record)
    return await spend({ ports, profile, wanted, held, store, provider, record, attempt })
  } catch (error) {
    // Whatever went wrong, it may be because another process has done all this meanwhile.
    const newer = held.stillHeld() ? undefined : await findNewer(session, record)
    if (newer !== undefined) return newer
    if (!mayStillServe(ports.clock, record, wanted, error)) throw error
    ports.warn(`${errorText(error)}; the token held is still good by its time`)
    return record
  }
}

async function spend(turn: Turn): Promise<SessionRecord> {
  let renewed: Renewed
  try {
    // 5. One request; its answer is sealed in the journal before it is judged (`reachOf`).
    // 6. Only then is it read; what can be used of it is taken, whatever else is odd.
    renewed = await renew(turn)
  } catch (error) {
    if (!(error instanceof NotRenewed)) throw error
    if (maySpendAgain(turn, error.reason)) return await spendAnew(turn)
    return await giveUp(turn, error.reason, error.verdict)
  }
  // 7. The store, read back; then the journal is removed, and only then is the token used.
  return await storeNext(turn, succeed(turn, renewed), renewed.way)
}

/**
 * An answer that stays unreadable is read again by every command, and the tokens are not spent a
 * second time; but where a refresh ends nothing, one that was asked for by name may ask anew.
 */
function maySpendAgain({ attempt, wanted, provider }: Turn, error: unknown): boolean {
  const harmless = provider.rotation === 'none' || provider.rotation === 'on-first-use'
  return attempt.kept.length > 0 && isUnreadable(error) && harmless && wanted.reason === 'forced'
}

async function spendAnew(turn: Turn): Promise<SessionRecord> {
  const { ports, profile, store, record } = turn
  turn.attempt.finish()
  return await spend({
    ...turn,
    attempt: await beginAttempt(openSession(ports, profile), store, record),
  })
}

/** Whether the token held does, though the refresh failed: nothing is known against it. */
function mayStillServe(
  clock: Clock,
  held: SessionRecord,
  wanted: RefreshWanted,
  error: unknown,
): boolean {
  const now = clock.now()
  const record = setBack(held, clock)
  if (!isAlive(record, now) || !mayServe(record, wanted, now)) return false
  // It was to be refreshed for its times alone, and nothing can.
  const cannot = isToknError(error, 'reauth_required') && error.details.http === undefined
  if (cannot && isUntimely(held, now)) return record !== held
  return isToknError(error, 'network', 'rate_limited') || isLost(error) || isUnreadable(error)
}

function tellDoubt(session: Session): void {
  const { ports, profile } = session
  ports.warn(
    `a refresh of ${holderInWords(profile)} got no answer; the token held is good by its time, and may have been replaced`,
  )
}

function errorText(error: unknown): string {
  return error instanceof ToknError ? error.message : 'the refresh failed'
}

function guardAgainstStorm(session: Session, record: SessionRecord, wanted: RefreshWanted): void {
  const { ports, profile } = session
  const now = ports.clock.now()
  const age = now - record.obtainedAt
  const bornDead =
    record.generation > 1 && age >= 0 && age < stormGuard && wanted.reason === 'expired'
  if (!bornDead || isGood(record.expiry, now, 0)) return
  throw shortLived(profile, record)
}
