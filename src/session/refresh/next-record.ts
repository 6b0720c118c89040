import type { SessionRecord, Standing } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { fit } from '../fit-record.ts'
import { withKeptProofs } from '../kept-proofs.ts'
import { thisMoment } from '../moment.ts'
import type { NewTokens } from './new-tokens.ts'
import type { RefreshRun } from './run.ts'

/** The record that follows: what a reply leaves out is carried over (RFC 6749 section 6). */
export function nextRecord(run: RefreshRun, { tokens, renewal }: NewTokens): SessionRecord {
  if (renewal === 'narrow') return recordAfterNarrowing(run, tokens)
  const { ports, provider, record } = run
  const { refreshUnreadable, ...given } = tokens
  const context = { ...record.context, ...given.context }
  // What a session has stays with it after a refresh, and not after a login: that is another session.
  const carried = renewal === 'refresh' ? record : undefined
  const standing = renewal === 'refresh' ? standingAfter(run, tokens) : undefined
  // Tokens are as old as the reply that gave them, which may have waited in the journal.
  const waited = run.journal.usedReply()
  const next: SessionRecord = {
    ...record,
    ...given,
    context,
    refresh: given.refresh ?? (refreshUnreadable === true ? undefined : carried?.refresh),
    scopes: given.scopes ?? record.scopes,
    name: given.name ?? record.name,
    id: given.id ?? carried?.id,
    attach: provider.attach({ context }, run.answers()),
    generation: record.generation + 1,
    accessSince: undefined,
    ...(waited === undefined
      ? thisMoment(ports.clock)
      : { obtainedAt: waited.at, prolongedAt: undefined, boot: waited.boot }),
    standing,
    // Whatever it was before, this one was made here.
    fixed: undefined,
    outside: undefined,
  }
  return fit(withKeptProofs(provider, next), ports.warn)
}

/** The record with the refresh token of a reply whose access token is not for the session. */
export function recordAfterNarrowing(run: RefreshRun, tokens: NewTokens['tokens']): SessionRecord {
  const { ports, record } = run
  const { generation, accessSince = generation } = record
  const { refresh, refreshExpiry, refreshUnreadable } = tokens
  const next: SessionRecord = {
    ...record,
    refresh: refreshUnreadable === true ? undefined : (refresh ?? record.refresh),
    refreshExpiry,
    generation: generation + 1,
    accessSince,
    standing: standingAfter(run, tokens),
  }
  return fit(next, ports.warn)
}

/** A refresh token that was replaced by nothing usable is spent, and not to be sent again. */
function standingAfter(
  { ports, provider, record }: RefreshRun,
  { refresh, refreshUnreadable }: NewTokens['tokens'],
): Standing | undefined {
  const at = ports.clock.now()
  if (refreshUnreadable === true) {
    return { state: 'unrenewable', at, why: words.refresh.refreshTokenUnreadable() }
  }
  const kept = record.refresh !== undefined && (refresh ?? record.refresh).equals(record.refresh)
  if (provider.rotation !== 'always' || !kept) return undefined
  return { state: 'unrenewable', at, why: words.refresh.refreshTokenNotReplaced() }
}
