import type { Session } from './session.ts'
import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Profile } from '../core/profile.ts'
import { parseRecord, type Reason, type SessionRecord } from '../core/record.ts'
import { briefly } from '../core/duration.ts'
import { timestamp } from '../core/text.ts'
import { entryOf, readHeld } from './stored-record.ts'
import { isUntimely } from './moment.ts'
import { naming } from './named-hint.ts'
import { condemned, refuseCondemned } from './standing.ts'
import { neededTtl, reasonToRenew, satisfies, type RefreshWanted } from './refresh-request.ts'
import { isFromEnvironment, nextLogin, sessionInWords, tokenInWords, wordOf } from './naming.ts'

export interface FreshOptions {
  /** Milliseconds that the token must still live. */
  readonly minTtl?: number | undefined
  readonly refresh?: 'auto' | 'never' | 'force' | undefined
  /** Why it is forced, where nobody asked for that. */
  readonly reason?: Reason | undefined
}

export interface Fresh {
  readonly record: SessionRecord
  readonly refreshed: boolean
}

/**
 * A good token of `profile`: the held one if it lives long enough, else a refreshed one. Never asks
 * a question. Throws `reauth_required`, `check_failed`, `store`, `network`, `busy` and what a
 * refresh can throw.
 */
export async function fresh(session: Session, options: FreshOptions = {}): Promise<Fresh> {
  const { ports, profile } = session
  const mode = options.refresh ?? 'auto'
  // A refresh that was cut off may have ended the token held: then the answer is in the journal.
  // One that ends while the record is read leaves no trace afterwards, so it is looked for twice.
  const isPending = async () => mode !== 'never' && (await ports.refreshPending(entryOf(profile)))
  const pendingBefore = await isPending()
  const record = await readHeld(session)
  const expired = !isGood(record.expiry, ports.clock.now(), 0)
  const wanted: RefreshWanted = {
    reason:
      mode === 'force' ? (options.reason ?? 'forced') : reasonToRenew(record, ports.clock.now()),
    minTtl: options.minTtl,
    beyond: mode === 'force' ? record.generation : undefined,
  }
  const settled = !pendingBefore && !(await isPending())
  if (settled && satisfies(record, wanted, ports.clock.now())) {
    if (record.standing !== undefined) tellStanding(session, record)
    return { record, refreshed: false }
  }
  if (mode === 'never') {
    if (record.standing?.state === 'dead') throw condemned(profile, record)
    throw tooOld(profile, record, wanted, expired, ports.clock.now())
  }
  if (settled) refuseCondemned(profile, record)
  if (expired) refuseEndedGift(profile, record)
  if (settled && wanted.reason === 'forced') await refuseUnrenewable(session, record)
  // A refresh would be spent in vain: tokens of this session never live that long.
  if (options.minTtl !== undefined && lifeOf(record) < options.minTtl) throw tooShort(profile)
  const refreshed = await refreshThrough(session, wanted)
  const now = ports.clock.now()
  if (!isGood(refreshed.expiry, now, 0)) {
    throw (await import('./short-lived.ts')).shortLived(profile, refreshed)
  }
  if (!isGood(refreshed.expiry, now, options.minTtl ?? 0)) throw tooShort(profile)
  return { record: refreshed, refreshed: refreshed.generation > record.generation }
}

/** Refreshes in a process of its own; a session in memory has no other process to go to. */
export async function refreshThrough(
  session: Session,
  wanted: RefreshWanted,
): Promise<SessionRecord> {
  const { ports, profile } = session
  if (!ports.stores.traits(profile.store).outlivesProcess) {
    const { refreshNow } = await import('./refresh/protocol.ts')
    return await refreshNow(session, wanted)
  }
  return await naming(profile, async () =>
    parseRecord(await ports.courier(profile, wanted), profile.id),
  )
}

/** Throws `unsupported` and the like where it is known that no refresh can be, without asking. */
export async function refuseUnrenewable(session: Session, record: SessionRecord): Promise<void> {
  const { ports, profile } = session
  const { unrenewable, withExpiry } = await import('./refresh/renewable.ts')
  const reason = unrenewable(profile, await ports.provider(profile), record)
  if (reason !== undefined) throw withExpiry(profile, record, reason, ports.clock.now())
}

/** A token out of the environment has nothing to renew it with, whatever its provider can do. */
function refuseEndedGift(profile: Profile, { fixed, expiry }: SessionRecord): void {
  if (fixed !== true || expiry.state !== 'at' || !isFromEnvironment(profile)) return
  const ended = `${tokenInWords(profile)} expired at ${timestamp(expiry.at)}`
  throw new ToknError('reauth_required', ended, { hint: nextLogin(profile) })
}

/** Good for now, and for the last time: whoever relies on it has to know. */
function tellStanding(session: Session, { standing }: SessionRecord): void {
  const { ports, profile } = session
  ports.warn(
    `${tokenInWords(profile)} is good by its time and cannot be refreshed: ${standing?.why ?? ''}; before it ends: ${nextLogin(profile)}`,
  )
}

function lifeOf({ expiry, obtainedAt }: SessionRecord): number {
  return expiry.state === 'at' ? expiry.at - obtainedAt : Number.POSITIVE_INFINITY
}

function tooShort(profile: Profile): ToknError {
  return new ToknError(
    'check_failed',
    `the provider gives ${sessionInWords(profile)} less life than asked for`,
    { hint: 'ask for less with --min-ttl' },
  )
}

function tooOld(
  profile: Profile,
  record: SessionRecord,
  wanted: RefreshWanted,
  expired: boolean,
  now: number,
): ToknError {
  if (isUntimely(record, now)) {
    return new ToknError(
      'check_failed',
      `the token of "${profile.name}" was obtained at ${timestamp(record.obtainedAt)}, which is still to come: the clock was set since, and when the token ends is not known`,
      { hint: `tokn refresh ${profile.name}` },
    )
  }
  if (expired) {
    return new ToknError('reauth_required', `${tokenInWords(profile)} has expired`, {
      hint: record.fixed === true ? nextLogin(profile) : `tokn refresh${wordOf(profile)}`,
    })
  }
  const left = record.expiry.state === 'at' ? briefly(record.expiry.at - now) : 'unknown'
  return new ToknError(
    'check_failed',
    `${tokenInWords(profile)} has ${left} left, less than the ${briefly(neededTtl(record, wanted))} asked for`,
    { hint: record.fixed === true ? nextLogin(profile) : `tokn refresh${wordOf(profile)}` },
  )
}
