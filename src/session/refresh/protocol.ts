import { isToknError } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { satisfies, type RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { entryOf } from '../stored-record.ts'
import { readCurrent } from './current.ts'
import { findDoubtful } from './doubt.ts'
import { findRefreshed } from './find-refreshed.ts'
import { checkPlace } from './check-place.ts'
import { checkAgain } from './look-again.ts'
import { nextRecord } from './next-record.ts'
import { obtainTokens } from './new-tokens.ts'
import { revokeReplaced } from './revoke-replaced.ts'
import { openRun, type RefreshRun } from './run.ts'
import { storeNext } from './store-next.ts'
import { goOnWithout } from './without-tokens.ts'

/** How often a refresh begins anew where others are quicker each time. */
const mostTries = 5

/**
 * The refresh itself, in the process that runs it. Whoever asks at the same time gets the same new
 * record. Throws `reauth_required`, `busy`, `store`, `network`, `quota` and what the provider throws;
 * the current tokens are then untouched, but for what was learnt of them.
 */
export async function refreshNow(
  session: Session,
  request: RefreshRequest,
): Promise<SessionRecord> {
  const { record, recovered } = await refreshUnlessOvertaken(session, request)
  // What a reply gave that waited in the journal may be too old by now: it is refreshed in its turn,
  // unless it was only to be stored.
  const wanted = recovered && request.reason !== 'recovered'
  const tooOld = wanted && !satisfies(record, request, session.ports.clock.now())
  return tooOld ? (await refreshOnce(session, request)).record : record
}

/**
 * As `refreshOnce`; where another machine was quicker, from the beginning: what it has stored or answered is
 * found then. What was sent here without an answer is not sent again.
 */
async function refreshUnlessOvertaken(
  session: Session,
  request: RefreshRequest,
): ReturnType<typeof refreshOnce> {
  const unanswered: RefreshRun['unanswered'] = new Map()
  for (let tries = 1; ; tries++) {
    try {
      return await refreshOnce(session, request, unanswered)
    } catch (error) {
      const overtaken = isToknError(error, 'busy') && error.details.fault === 'overtaken'
      if (!overtaken || tries === mostTries || session.ports.timeLeft() <= 0) throw error
    }
  }
}

/** The steps of a refresh; `recovered` where its tokens are out of a reply that an earlier run got. */
async function refreshOnce(
  session: Session,
  request: RefreshRequest,
  unanswered?: RefreshRun['unanswered'],
): Promise<{ readonly record: SessionRecord; readonly recovered: boolean }> {
  const { ports, profile } = session
  // 1. Take the lock of the store entry: one process at a time works on it. Where another has done the
  //    work meanwhile, that is taken instead.
  //    Dies here: nothing was touched. Whoever waits takes the lock of a dead process over.
  const lock = await (
    await ports.lock()
  )(entryOf(profile), ports.timeLeft(), async () => {
    const record = await findRefreshed(session, request)
    return record && { record, recovered: false }
  })
  if ('record' in lock) return lock
  try {
    // 2. Look whether the session is still to be here, and read it. A record that the journal has and
    //    the store did not take goes first.
    //    Dies here: that record is in the journal until the store has given it back.
    await checkPlace(session)
    //    Where the store may have gone back to an earlier time, nothing is spent.
    const doubtful = await findDoubtful(session, lock, request)
    if (doubtful !== undefined) return { record: doubtful, recovered: false }
    const current = await readCurrent(session, lock)
    // 3. Another process may have refreshed meanwhile; and what is known to be in vain is not tried.
    //    Dies here: nothing was touched.
    if (checkAgain(session, request, current)) return { record: current.record, recovered: false }
    const run = await openRun(session, request, lock, current, unanswered)
    try {
      // 4. Begin the journal: room for a reply, the key that seals it, and the intent, on the disk.
      //    Dies here: nothing was spent, but the intent alone looks like a request without a reply,
      //    and the next run treats it as one (see 5).
      await run.journal.begin()
      // 5. Send one request. Its reply is sealed into the journal before anybody reads it: the commit
      //    point. Then it is read, and what can be used of it is taken.
      //    Dies here without the reply: it is lost, the one window that stays open. The next run
      //    sends the same once more; a provider that has replaced the tokens at once may refuse it.
      //    What a reissue may have made is looked for by the ids in the intent, and revoked first.
      //    Dies here with the reply: the next run reads it from the journal and sends nothing.
      const tokens = await obtainTokens(run)
      // 6. Make the next record.
      //    Dies here: as in 5, with the reply.
      const next = nextRecord(run, tokens)
      // 7. Store it, read it back, remove the journal; what the store does not take stays there.
      //    Dies here before the store has it: as in 5, with the reply.
      //    Dies here after that: the next run finds the new record, and removes the journal of an
      //    earlier generation.
      const { record, stored } = await storeNext(run, next, tokens.renewal)
      // 8. Revoke the token that a reissue has replaced.
      //    Dies here: that one lives until it expires.
      if (stored) await revokeReplaced(run, record, tokens.renewal)
      return { record, recovered: run.journal.usedReply() !== undefined }
    } catch (error) {
      // No new tokens, or no place for them: another's record, the current one, or the error.
      return { record: await goOnWithout(run, error), recovered: false }
    }
  } finally {
    // 9. Release the lock.
    //    Dies here: as in 1.
    await lock.release()
  }
}
