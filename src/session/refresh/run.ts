import type { ToknError } from '../../core/errors.ts'
import type { HeldLock, Store } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { Ports } from '../ports.ts'
import type { RefreshRequest } from '../refresh-request.ts'
import { knownAnswers } from '../reach.ts'
import type { Session } from '../session.ts'
import { checkProvider } from '../stored-record.ts'
import { openRunJournal, type RunJournal } from './journal.ts'

/** One refresh under way: everything that its steps need, made once. */
export interface RefreshRun {
  readonly session: Session
  readonly ports: Ports
  readonly profile: Profile
  readonly request: RefreshRequest
  readonly lock: HeldLock
  readonly store: Store
  readonly provider: Provider
  /** The session as it is until this run has new tokens. */
  readonly record: SessionRecord
  readonly journal: RunJournal
  /** Losses by the digest of what was spent, of runs of the same call that were overtaken after that. */
  readonly unanswered: Map<string, ToknError>
  /** What the provider may need to know: settings, files that they name, kept credentials. */
  answers(): Reach['answers']
}

/** Throws `reauth_required` where the provider is not the one of the login, and `usage`. */
export async function openRun(
  session: Session,
  request: RefreshRequest,
  lock: HeldLock,
  { store, record }: Pick<RefreshRun, 'store' | 'record'>,
  unanswered: RefreshRun['unanswered'] = new Map(),
): Promise<RefreshRun> {
  const { ports, profile } = session
  const provider = await session.provider()
  checkProvider(record, profile, provider)
  const journal = openRunJournal(session, lock, store, record)
  const answers = () => knownAnswers(session, provider, record)
  return {
    ...{ session, ports, profile, request, lock, store, provider, record, journal, unanswered },
    answers,
  }
}
