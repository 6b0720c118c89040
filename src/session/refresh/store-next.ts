import { isKeepingFailure, isToknError } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { aboutRecord } from '../about-record.ts'
import { indexRecord } from '../history.ts'
import { sessionEnded } from '../standing.ts'
import { findRecord } from '../stored-record.ts'
import { writeAndReadBack } from '../write-record.ts'
import type { NewTokens } from './new-tokens.ts'
import type { RefreshRun } from './run.ts'

/** The record to serve, and whether it is this run's own and in the store. */
export interface Stored {
  readonly record: SessionRecord
  readonly stored: boolean
}

/** Stores the next record, or adopts the one that another process stored meanwhile. */
export async function storeNext(
  run: RefreshRun,
  next: SessionRecord,
  renewal: NewTokens['renewal'],
): Promise<Stored> {
  const { ports, profile, store, lock, journal, request } = run
  if (!(await lock.stillHeld())) {
    // Someone took over while this process slept. Theirs is the later generation, if they made one.
    const newer = await findNewer(run)
    if (newer !== undefined) return { record: newer, stored: false }
  }
  const reason = journal.usedReply() !== undefined ? 'recovered' : request.reason
  const cost = renewal === 'login' ? { cost: '1 login' } : {}
  try {
    const about = await aboutRecord(ports, profile, next, reason, cost)
    await writeAndReadBack(store, next, about)
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    const newer = await findNewer(run)
    if (newer !== undefined && !newer.access.equals(next.access)) {
      await removeJournal(run)
      return { record: newer, stored: false }
    }
    await keepInJournal(run, next, error)
    // The provider has already replaced the old tokens; the new ones are safe in the journal.
    ports.warn(words.refresh.keptInJournal(error.message))
    return { record: next, stored: false }
  }
  await removeJournal(run)
  await indexRecord(ports, profile, next, reason, cost)
  return { record: next, stored: true }
}

/** With the tokens stored, a journal that cannot be removed is left to the next run. */
export async function removeJournal({ journal }: RefreshRun): Promise<void> {
  try {
    await journal.remove()
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
  }
}

/** Throws the store's error where the journal does not take the record either, nor has the reply. */
async function keepInJournal(run: RefreshRun, next: SessionRecord, unstored: Error): Promise<void> {
  try {
    await run.journal.keepRecord(next)
  } catch (error) {
    if (!isKeepingFailure(error)) throw error
    if (run.journal.unkept() !== undefined) throw unstored
  }
}

/**
 * What another process stored meanwhile; `undefined` also where the store cannot be read. Throws
 * `reauth_required` where that has been ended since: a dead token is handed to nobody.
 */
export async function findNewer(run: RefreshRun): Promise<SessionRecord | undefined> {
  try {
    const found = await findRecord(run.session)
    if (found === undefined || found.generation <= run.record.generation) return undefined
    if (found.standing?.state === 'dead') throw sessionEnded(run.profile, found)
    return found
  } catch (error) {
    if (isToknError(error, 'store', 'network')) return undefined
    throw error
  }
}
