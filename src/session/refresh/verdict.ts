import { isToknError, type ToknError } from '../../core/errors.ts'
import { serializeRecord, type SessionRecord, type Standing } from '../../core/record.ts'
import { indexStanding } from '../history.ts'
import { writeAndReadBack } from '../write-record.ts'
import type { Turn } from './turn.ts'

/** Kinds of refusals that are about the tokens themselves, and final for them. */
const ofTokens = new Set(['expired', 'invalid', 'refresh-rejected'])

/**
 * Whether the provider has said, and not just been unable to, that the tokens sent are dead. What is
 * said of the client (RFC 6749 section 5.2, `invalid_client`) says nothing of them.
 */
export function isVerdict(error: unknown): error is ToknError {
  return isToknError(error, 'reauth_required') && ofTokens.has(error.details.refusal ?? '')
}

/** Whether the provider has refused what a login was made with. */
export function isRefusedLogin(error: unknown): error is ToknError {
  return isToknError(error, 'reauth_required') && error.details.refusal !== undefined
}

/** Whether the provider said yes in a way that nobody here can read. */
export function isUnreadable(error: unknown): error is ToknError {
  const status = isToknError(error, 'provider_nonsense') ? error.details.http?.status : undefined
  return status !== undefined && status >= 200 && status < 300
}

/**
 * Remembers that the provider takes the refresh token no more. Where an answer was lost before, a
 * provider that replaces tokens at a refresh has done so: then the access token is gone as well.
 */
export async function condemn(
  turn: Turn,
  verdict: ToknError,
  options: { readonly keepAnswers: boolean },
): Promise<void> {
  const { ports, profile, store, record, attempt, held } = turn
  const { rotation } = turn.provider
  const replaced = rotation === 'always' || rotation === 'server-decides'
  const standing: Standing = {
    state: attempt.lost() && replaced ? 'dead' : 'unrenewable',
    at: ports.clock.now(),
    why: verdict.message,
  }
  if (!held.stillHeld()) return
  indexStanding(ports, profile, standing)
  try {
    await writeAndReadBack(store, { ...record, standing })
    if (!options.keepAnswers) attempt.finish()
  } catch (error) {
    // The refusal stays in the journal, and is read from there instead of being asked for again.
    if (!isToknError(error, 'store')) throw error
    ports.warn(`that the session has ended could not be stored (${error.message})`)
  }
}

/** Makes `next` durable in the journal, where the store does not take it. */
export async function park(turn: Turn, next: SessionRecord): Promise<void> {
  await turn.attempt.park(serializeRecord(next))
}
