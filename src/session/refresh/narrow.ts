import { ToknError } from '../../core/errors.ts'
import { isLost } from '../../core/retry.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Narrowing, RefreshRequest } from '../refresh-request.ts'
import type { Session } from '../session.ts'
import { sessionEnded } from '../standing.ts'
import { entryOf } from '../stored-record.ts'
import { checkPlace } from './check-place.ts'
import { readCurrent } from './current.ts'
import { findDoubtful } from './doubt.ts'
import { NotRenewed } from './new-tokens.ts'
import { recordAfterNarrowing } from './next-record.ts'
import { refreshNow } from './protocol.ts'
import { openRun, type RefreshRun } from './run.ts'
import { reachOf } from './sending.ts'
import { storeNext } from './store-next.ts'
import { concludeRefusal } from './without-tokens.ts'

/**
 * A further token by the refresh token of the session, in the process that refreshes: a record that
 * has it instead of the session's own. The steps are those of a refresh (`protocol.ts`), and a kill at
 * any of them leaves what the next refresh goes on from: the reply in the journal has the refresh token
 * that follows. That one is stored before this returns; the access token of the session stays, and a
 * token of a reply that only the journal had is handed to nobody. Throws what a refresh throws.
 */
export async function narrowNow(session: Session, narrow: Narrowing): Promise<SessionRecord> {
  const first = await narrowOnce(session, narrow)
  if ('issued' in first) return first.issued
  // What an earlier run left is settled first, by the rules of a refresh.
  await refreshNow(session, first.before)
  const second = await narrowOnce(session, narrow)
  if ('issued' in second) return second.issued
  throw new ToknError('busy', words.refresh.lockLost(), { sent: false })
}

type Outcome = { readonly issued: SessionRecord } | { readonly before: RefreshRequest }

async function narrowOnce(session: Session, narrow: Narrowing): Promise<Outcome> {
  const { ports, profile } = session
  const lock = await (await ports.lock())(entryOf(profile), ports.timeLeft())
  try {
    await checkPlace(session)
    await findDoubtful(session, lock)
    const { store, record, unstored, earlier } = await readCurrent(session, lock)
    if (unstored !== undefined) throw unstored
    if (earlier !== undefined) return { before: settle(record, earlier.replies.length > 0) }
    if (record.standing !== undefined) throw sessionEnded(profile, record)
    const request: RefreshRequest = { reason: 'narrowed', narrow }
    const run = await openRun(session, request, lock, { store, record })
    await run.journal.begin()
    const tokens = await send(run, narrow)
    const next = recordAfterNarrowing(run, tokens)
    const { record: stored } = await storeNext(run, next, 'narrow')
    // Another process took over and has other tokens: nobody can say what this reply has ended.
    if (stored !== next) throw new ToknError('busy', words.refresh.lockLost())
    return { issued: recordOf(next, tokens) }
  } finally {
    await lock.release()
  }
}

/**
 * A reply is read; where a request went unanswered, whether the refresh token lives is found out. The
 * token at hand makes up for no failure of that: it is not what was asked for.
 */
function settle({ generation }: SessionRecord, answered: boolean): RefreshRequest {
  return answered
    ? { reason: 'recovered', minTtl: 0, beyond: generation }
    : { reason: 'forced', beyond: generation }
}

async function send(run: RefreshRun, narrow: Narrowing): Promise<TokenSet> {
  const { provider, record, journal } = run
  try {
    const tokens = await provider.narrow?.(await reachOf(run, 'narrow'), record, narrow)
    if (tokens === undefined)
      throw new Error('a provider without narrower tokens was asked for one')
    return tokens
  } catch (error) {
    if (isLost(error)) await journal.noteLoss()
    await concludeRefusal(run, new NotRenewed(error))
    throw error
  }
}

function recordOf(next: SessionRecord, tokens: TokenSet): SessionRecord {
  return {
    ...next,
    access: tokens.access,
    expiry: tokens.expiry,
    scopes: tokens.scopes,
    context: tokens.context,
    refresh: undefined,
    refreshExpiry: undefined,
    credentials: undefined,
  }
}
