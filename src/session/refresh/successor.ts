import { isFailure } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { SessionRecord, Standing } from '../../core/record.ts'
import { display } from '../../core/text.ts'
import type { TokenSet } from '../../core/token.ts'
import { fit } from '../fit.ts'
import { thisMoment } from '../moment.ts'
import { knownAnswers, talk } from '../reach.ts'
import { lookAgain } from '../sight.ts'
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
    attach: provider.attach({ context }, knownAnswers(ports, profile, provider, record)),
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

/**
 * Revokes the token that a reissue has replaced, once the new one is stored, and tells of one that is
 * or may be alive after that. Never throws for it.
 */
export async function retireOld(turn: Turn, next: SessionRecord): Promise<void> {
  const { ports, profile, provider, record } = turn
  const stale = record.id
  if (provider.rotation !== 'reissue' || provider.revoke === undefined) return
  if (record.fixed === true || !isGood(record.expiry, ports.clock.now(), 0)) return
  const before = `the token before this one${stale === undefined ? '' : ` (${display(stale, 64)})`}`
  const doubt = (why: string) => ports.warn(`${before} may still be alive: ${why}`)
  if (stale === undefined) return doubt('its id is not known, and tokens are revoked by their id')
  if (stale === next.id) return doubt(`${provider.title} gave the new one the same id`)
  const reach = {
    http: await ports.http(profile),
    ...talk(ports),
    answers: knownAnswers(ports, profile, provider, next),
  }
  let unknown: string | undefined
  try {
    // Sent with the new token: that it is accepted proves the new one before the old one is gone.
    await provider.revoke(reach, next, { id: stale })
  } catch (error) {
    if (!isFailure(error)) throw error
    if (error.code !== 'not_found') return doubt(error.message)
    unknown = error.message
  }
  const seen = await lookAgain(provider, reach, record)
  const sight = seen.find(({ part, used }) => part === 'access' && used)
  if (sight?.alive === true)
    ports.warn(`${before} is still alive, by ${sight.by}: revoke it by hand`)
  else if (sight === undefined && unknown !== undefined) doubt(unknown)
}
