import { isToknError, ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { TokenSet } from '../core/token.ts'
import type { Ports } from './ports.ts'
import { knownAnswers } from './reach.ts'

/** The record that follows `record`: what a reply leaves out is carried over (RFC 6749 section 6). */
export function succeed(
  record: SessionRecord,
  tokens: TokenSet,
  provider: Provider,
  answers: Reach['answers'],
  now: number,
): SessionRecord {
  const context = { ...record.context, ...tokens.context }
  return {
    ...record,
    ...tokens,
    context,
    refresh: tokens.refresh ?? record.refresh,
    scopes: tokens.scopes ?? record.scopes,
    name: tokens.name ?? record.name,
    id: tokens.id ?? (tokens.access.equals(record.access) ? record.id : undefined),
    attach: provider.attach({ context }, answers),
    generation: record.generation + 1,
    obtainedAt: now,
  }
}

/** Revokes the token that a reissue has replaced, once the new one is stored. Never throws for it. */
export async function retireOld(
  ports: Ports,
  profile: Profile,
  provider: Provider,
  record: SessionRecord,
  next: SessionRecord,
): Promise<void> {
  const stale = record.id
  const mayRetire = provider.rotation === 'reissue' && stale !== undefined && stale !== next.id
  if (!mayRetire || provider.revoke === undefined || record.fixed === true) return
  const reach: Reach = {
    http: await ports.http(profile),
    clock: ports.clock,
    answers: knownAnswers(ports, profile, provider, next),
  }
  try {
    // Sent with the new token: that it is accepted proves the new one before the old one is gone.
    await provider.revoke(reach, next, { id: stale })
  } catch (error) {
    if (isToknError(error, 'not_found')) return
    if (!(error instanceof ToknError)) throw error
    if (isGood(record.expiry, ports.clock.now(), 0)) {
      ports.warn(`the token before this one (${stale}) is still alive: ${error.message}`)
    }
  }
}
