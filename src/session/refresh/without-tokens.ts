import { aboutChange } from '../about-record.ts'
import { isLost } from '../../core/retry.ts'
import { isKeepingFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { SessionRecord, Standing } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { indexStanding } from '../history.ts'
import { isUntimely, setBack } from '../moment.ts'
import { renewsWithItself, saysDead } from '../heard-end.ts'
import { mayServe } from '../refresh-request.ts'
import { isAlive, loginAnew } from '../standing.ts'
import { writeAndReadBack } from '../write-record.ts'
import { NotRenewed } from './new-tokens.ts'
import { isNonsense, isTokenRefusal, isUnreadable } from './refusals.ts'
import type { RefreshRun } from './run.ts'
import { findNewer, removeJournal } from './store-next.ts'

/**
 * What a run comes to that failed with `error`: the record that another process stored meanwhile,
 * the current one where that is still good, or the error.
 */
export async function goOnWithout(run: RefreshRun, error: unknown): Promise<SessionRecord> {
  try {
    if (!(error instanceof NotRenewed)) throw error
    return await concludeRefusal(run, error)
  } catch (failure) {
    // Whatever went wrong, it may be because another process has done all this meanwhile.
    const newer = (await run.lock.stillHeld()) ? undefined : await findNewer(run)
    if (newer !== undefined) return newer
    if (!mayStillServe(run, failure)) throw failure
    const problem = failure instanceof ToknError ? failure.message : words.refresh.failed()
    run.ports.warn(words.refresh.usingCurrent(problem))
    return run.record
  }
}

/** What another stored meanwhile, where it did; else remembers what was learnt of the tokens, and throws. */
export async function concludeRefusal(
  run: RefreshRun,
  { reason, refusal }: NotRenewed,
): Promise<SessionRecord> {
  const { ports, profile, journal } = run
  if (isToknError(reason, 'reauth_required', 'forbidden', 'provider_refused', 'busy')) {
    const newer = await findNewer(run)
    if (newer !== undefined) {
      await removeJournal(run)
      return newer
    }
  }
  if (isTokenRefusal(refusal)) await storeRefusal(run, refusal, isUnreadable(reason))
  else if (isLost(reason) || journal.isReplyLost()) {
    // The intent stays in the journal: the next run must know that one went before it.
    const why = words.refresh.noAnswer(isToknError(reason) ? reason.message : undefined)
    const standing = { state: 'doubtful', at: ports.clock.now(), why } as const
    indexStanding(ports, profile, { generation: run.record.generation, standing })
  } else if (isToknError(reason) && reason.details.sent === false && journal.replies().length > 0) {
    // Nothing was sent: it says nothing of the replies that wait to be read.
    throw withNextCommand(reason, run)
    // A reply that cannot be read stays, though kept credentials were of no help either.
  } else if (!isUnreadable(reason) && !isUnreadable(refusal)) await removeJournal(run)
  throw withNextCommand(reason, run)
}

/**
 * Remembers that the provider no longer accepts the refresh token. Where a reply was lost before, a
 * provider that replaces tokens at a refresh has done so: then the access token is gone as well, as it is
 * where it was what the provider refused.
 */
async function storeRefusal(
  { ports, profile, store, record, journal, lock, provider }: RefreshRun,
  refusal: ToknError,
  keepReplies: boolean,
): Promise<void> {
  const replaces = provider.rotation === 'always' || provider.rotation === 'server-decides'
  const now = ports.clock.now()
  const dead =
    (journal.isReplyLost() && replaces) ||
    (saysDead(provider, refusal) && renewsWithItself(provider, record, now))
  const standing: Standing = {
    state: dead ? 'dead' : 'unrenewable',
    at: now,
    why: refusal.message,
  }
  if (!(await lock.stillHeld())) return
  indexStanding(ports, profile, { generation: record.generation, standing })
  try {
    const next = { ...record, standing }
    await writeAndReadBack(store, next, await aboutChange(ports, profile, next))
    if (!keepReplies) await journal.remove()
  } catch (error) {
    // The refusal stays in the journal, and is read from there instead of being asked for again.
    if (!isKeepingFailure(error)) throw error
    ports.warn(words.refresh.endNotStored(error.message))
  }
}

/** A login makes up for everything that ends here; the provider's layer does not know its name. */
function withNextCommand(error: unknown, { profile, record }: RefreshRun): unknown {
  if (!isToknError(error, 'reauth_required') && !isUnreadable(error)) return error
  const [hint] = [error.details.hint].flat()
  if (hint?.startsWith('tokn login ') === true) return error
  const details = { ...error.details, hint: loginAnew(profile, record), cause: error }
  return new ToknError(error.code, error.message, details)
}

/** Whether the current token does, though the refresh failed: nothing is known against it. */
function mayStillServe({ ports, record, request }: RefreshRun, error: unknown): boolean {
  const now = ports.clock.now()
  const corrected = setBack(record, ports.clock)
  if (!isAlive(corrected, now) || !mayServe(corrected, request, now)) return false
  // It was to be refreshed for its times alone, and nothing can.
  const cannot = isToknError(error, 'reauth_required') && error.details.http === undefined
  if (cannot && isUntimely(record, now)) return corrected !== record
  return isToknError(error, 'network', 'rate_limited') || isLost(error) || isNonsense(error)
}
