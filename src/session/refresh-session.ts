import { isFailure, type ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { refreshThrough, refuseUnrenewable } from './fresh.ts'
import { reasonToRenew, satisfies } from './refresh-request.ts'
import type { Session } from './session.ts'
import { refuseEnded } from './standing.ts'

/** A refresh that somebody asks for by name. */
export interface RefreshOptions {
  /** Milliseconds that a token has to live to be kept; absent: it is refreshed anyway. */
  readonly minTtl: number | undefined
  /** Spend the last unit of a budget. */
  readonly force: boolean
  /** What can never be refreshed is skipped, and no error. */
  readonly skip?: boolean | undefined
}

export interface Refreshed {
  readonly record: SessionRecord
  readonly refreshed: boolean
  /** Why it can never be refreshed, where it was skipped for that. */
  readonly skipped?: ToknError | undefined
}

/** Refreshes unless the tokens live long enough. `planRefresh` says what this does. */
export async function refreshSession(
  session: Session,
  { minTtl, force, skip = false }: RefreshOptions,
): Promise<Refreshed> {
  const { clock } = session.ports
  const before = await session.readRecord()
  const needs =
    minTtl === undefined
      ? ({ reason: 'forced', beyond: before.generation, force } as const)
      : { reason: reasonToRenew(before, clock.now()), minTtl, force }
  if (minTtl !== undefined && satisfies(before, needs, clock.now())) {
    return { record: before, refreshed: false }
  }
  refuseEnded(session.profile, before)
  try {
    await refuseUnrenewable(session, before)
  } catch (error) {
    if (!skip || !isFailure(error)) throw error
    return { record: before, refreshed: false, skipped: error }
  }
  const record = await refreshThrough(session, needs)
  return { record, refreshed: record.generation > before.generation }
}
