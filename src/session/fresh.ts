import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Profile } from '../core/profile.ts'
import { parseRecord, type Reason, type SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { entryOf, readRecord } from './stored-record.ts'
import { isUntimely } from './moment.ts'
import { sessionEnded, refuseEnded } from './standing.ts'
import { tellEnd } from './tell-end.ts'
import {
  lifeOf,
  neededTtl,
  reasonToRenew,
  satisfies,
  type RefreshRequest,
} from './refresh-request.ts'
import {
  isFromEnvironment,
  withNamedHints,
  nextLogin,
  sessionInWords,
  tokenInWords,
  wordOf,
} from './naming.ts'

export interface FreshOptions {
  /** Milliseconds that the token must still live. */
  readonly minTtl?: number | undefined
  readonly refresh?: 'auto' | 'never' | 'force' | undefined
  /** Why it is forced, where nobody asked for that. */
  readonly reason?: Reason | undefined
  /** Forced: the generation that is not good enough. A newer one is, whoever got it. Default: the one held. */
  readonly beyond?: number | undefined
}

export interface Fresh {
  readonly record: SessionRecord
  readonly refreshed: boolean
}

/**
 * A good token of the session: the current one if it lives long enough, else a refreshed one. Never asks
 * a question. Throws `reauth_required`, `check_failed`, `store`, `network`, `busy` and what a
 * refresh can throw.
 */
export async function fresh(session: Session, options: FreshOptions = {}): Promise<Fresh> {
  const { ports, profile } = session
  const mode = options.refresh ?? 'auto'
  // A refresh that was cut off may have ended the current token: then the reply is in the journal.
  // One that ends while the record is read leaves no trace afterwards, so it is looked for twice.
  const isPending = async () => mode !== 'never' && (await ports.refreshPending(entryOf(profile)))
  const pendingBefore = await isPending()
  const record = await readRecord(session)
  const expired = !isGood(record.expiry, ports.clock.now(), 0)
  const request: RefreshRequest = {
    reason:
      mode === 'force' ? (options.reason ?? 'forced') : reasonToRenew(record, ports.clock.now()),
    minTtl: options.minTtl,
    beyond: mode === 'force' ? (options.beyond ?? record.generation) : undefined,
  }
  const undisturbed = !pendingBefore && !(await isPending())
  if (undisturbed && satisfies(record, request, ports.clock.now())) {
    if (record.standing !== undefined) tellStanding(session, record)
    await tellEnd(session, record)
    return { record, refreshed: false }
  }
  if (mode === 'never') {
    if (record.standing?.state === 'dead') throw sessionEnded(profile, record)
    throw tooOld(profile, record, request, expired, ports.clock.now())
  }
  if (undisturbed) refuseEnded(profile, record)
  if (expired) refuseExpiredGift(profile, record)
  const ofVariable = session.source === 'environment' && record.refresh !== undefined
  if ((undisturbed && request.reason === 'forced') || ofVariable) {
    await refuseUnrenewable(session, record)
  }
  // A refresh would be spent in vain: tokens of this session never live that long.
  if (options.minTtl !== undefined && lifeOf(record) < options.minTtl) throw tooShort(profile)
  const refreshed = await refreshThrough(session, request)
  const now = ports.clock.now()
  if (!isGood(refreshed.expiry, now, 0)) {
    throw (await import('./short-lived.ts')).shortLived(profile, refreshed)
  }
  if (!isGood(refreshed.expiry, now, options.minTtl ?? 0)) throw tooShort(profile)
  await tellEnd(session, refreshed, true)
  return { record: refreshed, refreshed: refreshed.generation > record.generation }
}

/** Refreshes in a process of its own; a session in memory has no other process to go to. */
export async function refreshThrough(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord> {
  const { ports, profile } = session
  if (!ports.stores.traits(profile.store).outlivesProcess) {
    const { refreshInMemory } = await import('./given-refresh.ts')
    return await refreshInMemory(session, request)
  }
  return await withNamedHints(profile, async () =>
    parseRecord(await ports.refresher(profile, request), profile.id),
  )
}

/** Throws `unsupported` and the like where it is known that no refresh can be, without asking. */
export async function refuseUnrenewable(session: Session, record: SessionRecord): Promise<void> {
  const { ports, profile } = session
  const { unrenewableAt } = await import('./refresh/renewable.ts')
  const provider = await ports.provider(profile)
  const reason = unrenewableAt(profile, provider, record, ports.clock.now())
  if (reason !== undefined) throw reason
}

/** A token out of the environment has nothing to renew it with, whatever its provider can do. */
function refuseExpiredGift(profile: Profile, { fixed, expiry, refresh }: SessionRecord): void {
  if (
    refresh !== undefined ||
    fixed !== true ||
    expiry.state !== 'at' ||
    !isFromEnvironment(profile)
  )
    return
  const ended = words.refresh.expiredAt(tokenInWords(profile), words.times.instant(expiry.at))
  throw new ToknError('reauth_required', ended, { hint: nextLogin(profile) })
}

/** Good for now, and for the last time: whoever relies on it has to know. */
export function tellStanding({ ports, profile }: Session, { standing }: SessionRecord): void {
  ports.warn(
    words.refresh.lastOfItsKind(tokenInWords(profile), standing?.why ?? '', nextLogin(profile)),
  )
}

function tooShort(profile: Profile): ToknError {
  return new ToknError('check_failed', words.refresh.shorterThanAsked(sessionInWords(profile)))
}

function tooOld(
  profile: Profile,
  record: SessionRecord,
  request: RefreshRequest,
  expired: boolean,
  now: number,
): ToknError {
  if (isUntimely(record, now)) {
    const obtained = words.times.instant(record.obtainedAt)
    return new ToknError('check_failed', words.refresh.obtainedInFuture(profile.name, obtained))
  }
  const token = tokenInWords(profile)
  const hint = record.fixed === true ? nextLogin(profile) : `tokn refresh${wordOf(profile)}`
  if (expired) return new ToknError('reauth_required', words.refresh.expired(token), { hint })
  const left =
    record.expiry.state === 'at' ? words.times.duration(record.expiry.at - now) : undefined
  const needed = words.times.duration(neededTtl(record, request))
  return new ToknError('check_failed', words.refresh.tooLittleLeft(token, left, needed), { hint })
}
