import { isFailure, isToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import type { SessionRecord } from '../../core/record.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { talk } from '../reach.ts'
import type { NewTokens } from './new-tokens.ts'
import type { RefreshRun } from './run.ts'

/**
 * Revokes the token that a reissue has replaced, once `next` is stored. Never throws for it. One that
 * was pasted in, and that a login has replaced, is not ours to end.
 */
export async function revokeReplaced(
  run: RefreshRun,
  next: SessionRecord,
  renewal: NewTokens['renewal'],
): Promise<void> {
  const { ports, profile, provider, record } = run
  const replaced = record.id
  const pasted = record.fixed === true
  if (provider.rotation !== 'reissue' || (pasted && renewal !== 'reissue')) return
  if (pasted && replaced === undefined) ports.warn(words.pasted.replacedAndValid())
  if (replaced === undefined || replaced === next.id || provider.revoke === undefined) return
  const http = await ports.http(profile)
  const reach = { http, ...talk(ports), answers: run.answers() }
  try {
    // Sent with the new token: that it is accepted proves the new one before the old one is gone.
    await provider.revoke(reach, next, { id: replaced })
    if (pasted) ports.warn(words.pasted.replacedAndRevoked(display(replaced, 64)))
  } catch (error) {
    if (isToknError(error, 'not_found')) return
    if (!isFailure(error)) throw error
    if (isGood(record.expiry, ports.clock.now(), 0)) {
      ports.warn(words.refresh.previousStillValid(replaced, error.message))
    }
  }
}
