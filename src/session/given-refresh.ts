import { ToknError } from '../core/errors.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { words } from '../messages/words.ts'
import type { Ports } from './ports.ts'
import type { RefreshRequest } from './refresh-request.ts'
import type { Session } from './session.ts'

/**
 * The error for a refresh token in a variable that every refresh ends: the next command would have
 * nothing but the old one. `undefined` where it lives on, or may.
 */
export function losesSuccessor({ rotation, title }: Provider): ToknError | undefined {
  if (rotation !== 'always' && rotation !== 'on-first-use') return undefined
  return new ToknError('reauth_required', words.pasted.successorLost(title))
}

/** Warns where a refresh gave another refresh token than that of the variable, which stays as it is. */
export function tellSuccessor(
  { warn }: Ports,
  { title }: Provider,
  given: Secret | undefined,
  { refresh }: Pick<SessionRecord, 'refresh'>,
): void {
  if (given === undefined || refresh === undefined || refresh.equals(given)) return
  warn(words.pasted.successorNotKept(title))
}

/** A refresh of a session that is in memory, and goes with this process. */
export async function refreshInMemory(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord> {
  const { refreshNow } = await import('./refresh/protocol.ts')
  const given = session.source === 'environment' ? await session.readRecord() : undefined
  const after = await refreshNow(session, request)
  tellSuccessor(session.ports, await session.provider(), given?.refresh, after)
  return after
}
