import { parseRecord, type SessionRecord } from '../core/record.ts'
import type { Grant, TokenSet } from '../core/token.ts'
import { tellSuccessor } from './given-refresh.ts'
import { renewIfEnded } from './renew-if-ended.ts'
import type { Session } from './session.ts'

/**
 * A further token by the refresh token of `session`, in a process of its own that outlives this one,
 * as a refresh does it; a session in memory has no other process to go to.
 */
export async function narrowThrough(
  session: Session,
  { scopes, resource }: Grant,
): Promise<TokenSet> {
  const { ports, profile } = session
  const narrow = { scopes, resource }
  const record = ports.stores.traits(profile.store).outlivesProcess
    ? parseRecord(await ports.refresher(profile, { reason: 'narrowed', narrow }), profile.id)
    : await narrowInMemory(session, narrow)
  const { access, expiry, scopes: granted, context } = record
  const issued = { access, expiry, scopes: granted, context }
  await renewIfEnded(session, issued)
  return issued
}

async function narrowInMemory(session: Session, narrow: Grant): Promise<SessionRecord> {
  const { narrowNow } = await import('./refresh/narrow.ts')
  const given = session.source === 'environment' ? await session.readRecord() : undefined
  const issued = await narrowNow(session, narrow)
  if (given !== undefined) {
    const { refresh } = await session.readRecord()
    tellSuccessor(session.ports, await session.provider(), given.refresh, { refresh })
  }
  return issued
}
