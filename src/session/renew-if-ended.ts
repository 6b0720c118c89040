import { isFailure, ToknError } from '../core/errors.ts'
import type { ProbeResult } from '../core/provider.ts'
import type { TokenSet } from '../core/token.ts'
import { words } from '../messages/words.ts'
import { reachFor } from './call.ts'
import { refreshThrough } from './fresh.ts'
import { probeTokens } from './revoke/probe.ts'
import type { Session } from './session.ts'

/**
 * Refreshes `session`, whose refresh token gave `issued`, where the server took that for the end of the
 * access token before: some do at every refresh. Throws `unsupported` where that ends `issued` in its
 * turn: the session goes first. A check that fails shows nothing, and only what shows that `issued` is
 * alive shows that the other is not.
 */
export async function renewIfEnded(session: Session, issued: TokenSet): Promise<void> {
  const record = await session.readRecord()
  const held = await look(session, record)
  if (held.every(({ alive }) => alive)) return
  const before = await look(session, issued)
  if (!held.some((one) => !one.alive && (one.used || before.some(confirms(one))))) return
  try {
    await refreshThrough(session, { reason: 'rejected', beyond: record.generation })
  } catch (error) {
    if (!isFailure(error)) throw error
    // A later command finds out by itself.
    return session.ports.warn(error.message)
  }
  const after = await look(session, issued)
  if (!before.some((one) => after.some((two) => !two.alive && confirms(two)(one)))) return
  const { title } = await session.provider()
  throw new ToknError('unsupported', words.tokens.oneAtATime(title))
}

function confirms({ by }: ProbeResult): (other: ProbeResult) => boolean {
  return (other) => other.by === by && other.alive
}

async function look(session: Session, tokens: TokenSet): Promise<readonly ProbeResult[]> {
  const record = await session.readRecord()
  const provider = await session.provider()
  const reach = await reachFor(session, provider, record, 'info')
  const found = await probeTokens(
    provider,
    { ...reach, warn: () => undefined },
    { ...tokens, refresh: undefined },
  )
  return found.filter(({ part }) => part === 'access')
}
