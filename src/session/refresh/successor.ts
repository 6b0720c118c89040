import { openSession } from '../session.ts'
import { isFailure, isToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { SessionRecord, Standing } from '../../core/record.ts'
import type { TokenSet } from '../../core/token.ts'
import { fit } from '../fit-record.ts'
import { thisMoment } from '../moment.ts'
import { knownAnswers, talk } from '../reach.ts'
import type { Turn, Way } from './turn.ts'

/** New tokens, and the way by which they came. */
export interface Renewed {
  readonly tokens: TokenSet
  readonly way: Way
}

/** The record that follows: what a reply leaves out is carried over (RFC 6749 section 6). */
export function succeed(turn: Turn, { tokens, way }: Renewed): SessionRecord {
  const { ports, profile, provider, record } = turn
  const { refreshUnreadable, ...given } = tokens
  const context = { ...record.context, ...given.context }
  const now = ports.clock.now()
  // What is held belongs to a refreshed session still, and not to one that was made anew.
  const carried = way === 'refresh' ? record : undefined
  const successor: SessionRecord = {
    ...record,
    ...given,
    context,
    refresh: given.refresh ?? (refreshUnreadable === true ? undefined : carried?.refresh),
    scopes: given.scopes ?? record.scopes,
    name: given.name ?? record.name,
    id: given.id ?? carried?.id,
    attach: provider.attach(
      { context },
      knownAnswers(openSession(ports, profile), provider, record),
    ),
    generation: record.generation + 1,
    ...thisMoment(ports.clock),
    standing: way === 'refresh' ? standingAfter(turn, tokens, now) : undefined,
  }
  return fit(successor, ports.warn)
}

/** A refresh token that has been replaced by nothing usable is spent, and not to be sent again. */
function standingAfter(
  { provider, record }: Turn,
  tokens: TokenSet,
  at: number,
): Standing | undefined {
  const { refresh, refreshUnreadable } = tokens
  if (refreshUnreadable === true) {
    const why = 'the provider gave a new refresh token that cannot be read'
    return { state: 'unrenewable', at, why }
  }
  const kept = record.refresh !== undefined && (refresh ?? record.refresh).equals(record.refresh)
  if (provider.rotation !== 'always' || !kept) return undefined
  const why = 'the provider replaces the refresh token at each refresh, and gave no new one'
  return { state: 'unrenewable', at, why }
}

/** Revokes the token that a reissue has replaced, once the new one is stored. Never throws for it. */
export async function retireOld(turn: Turn, next: SessionRecord): Promise<void> {
  const { ports, profile, provider, record } = turn
  const stale = record.id
  const mayRetire = provider.rotation === 'reissue' && stale !== undefined && stale !== next.id
  if (!mayRetire || provider.revoke === undefined || record.fixed === true) return
  const reach = {
    http: await ports.http(profile),
    ...talk(ports),
    answers: knownAnswers(openSession(ports, profile), provider, next),
  }
  try {
    // Sent with the new token: that it is accepted proves the new one before the old one is gone.
    await provider.revoke(reach, next, { id: stale })
  } catch (error) {
    if (isToknError(error, 'not_found')) return
    if (!isFailure(error)) throw error
    if (isGood(record.expiry, ports.clock.now(), 0)) {
      ports.warn(`the token before this one (${stale}) is still alive: ${error.message}`)
    }
  }
}
