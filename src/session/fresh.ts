import { ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Profile } from '../core/profile.ts'
import type { Reason, SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { entryOf, readRecord } from './stored-record.ts'
import { nextThen, sessionEnded } from './standing.ts'
import { tellEnd } from './tell-end.ts'
import { lifeOf, reasonToRenew, satisfies, type RefreshRequest } from './refresh-request.ts'
import { withNamedHints, sessionInWords, tokenInWords } from './naming.ts'

export interface FreshOptions {
  /** Milliseconds that the token must still live. */
  readonly minTtl?: number | undefined
  readonly refresh?: 'auto' | 'never' | 'force' | undefined
  /** Why it is forced, where nobody asked for that. */
  readonly reason?: Reason | undefined
  /** Forced: the generation that is not good enough. A newer one is, whoever got it. Default: the one held. */
  readonly beyond?: number | undefined
  /** Its token is all that is wanted of the session, so an agent may give it. */
  readonly mayAskAgent?: boolean | undefined
}

export interface Fresh {
  readonly record: SessionRecord
  readonly refreshed: boolean
  /** An agent gave it: what renews it has no value in the record. */
  readonly fromAgent?: true
}

/**
 * A good token of the session: the current one if it lives long enough, else a refreshed one. Never asks
 * a question. Throws `reauth_required`, `check_failed`, `store`, `network`, `busy` and what a
 * refresh can throw.
 */
export async function fresh(session: Session, options: FreshOptions = {}): Promise<Fresh> {
  const { ports, profile } = session
  if (options.mayAskAgent === true && session.source !== 'environment') {
    const agent = await ports.agent()
    const given = await agent
      ?.fresh(profile, options)
      .catch(async (error: unknown) =>
        (await import('./around-agent.ts')).goAround(ports, profile, { named: agent.named, error }),
      )
    if (given !== undefined) {
      return { record: given.record, refreshed: given.refreshed, fromAgent: true }
    }
  }
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
    if (mode === 'auto' && ports.wished?.(session.entry) === true) {
      const served = await (await import('./fleet/serve-wish.ts')).serveWish(session, record)
      if (served !== undefined) return { record: served, refreshed: true }
    }
    if (record.standing !== undefined) tellStanding(session, record)
    await tellEnd(session, record)
    return { record, refreshed: false }
  }
  if (mode === 'never') {
    if (record.standing?.state === 'dead') throw sessionEnded(profile, record)
    const { tooOld } = await import('./not-renewed.ts')
    throw tooOld(profile, record, request, expired, ports.clock.now())
  }
  const { refuseVain } = await import('./not-renewed.ts')
  await refuseVain(session, record, { forced: request.reason === 'forced', undisturbed, expired })
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

/**
 * Refreshes in a process of its own, or waits for the one that another has started; a session in
 * memory has no other process to go to, and who has a reader's key alone waits for somebody else.
 */
export async function refreshThrough(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord> {
  const { ports, profile } = session
  if (!ports.stores.traits(profile.store).outlivesProcess) {
    const { refreshInMemory } = await import('./given-refresh.ts')
    return await refreshInMemory(session, request)
  }
  return await withNamedHints(profile, async () => {
    const { refreshInTurn } = await import('./refresh/in-turn.ts')
    return await refreshInTurn(session, request)
  })
}

/** Good for now, and for the last time: whoever relies on it has to know. */
export function tellStanding({ ports, profile }: Session, record: SessionRecord): void {
  const why = record.standing?.why ?? ''
  ports.warn(words.refresh.lastOfItsKind(tokenInWords(profile), why, nextThen(profile, record)))
}

function tooShort(profile: Profile): ToknError {
  return new ToknError('check_failed', words.refresh.shorterThanAsked(sessionInWords(profile)))
}
