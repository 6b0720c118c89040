import { isToknError } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { reachFor } from '../call.ts'
import { isElsewhere, namedIn } from '../other-server.ts'
import { openSession, type Session } from '../session.ts'
import { isAlive } from '../standing.ts'
import { conditionOf } from '../usable.ts'
import { endTokens, whyNoEnd } from './logout.ts'
import type { End } from './logout-verdict.ts'
import { holdersOf } from './mark-ended.ts'
import { compare, probeAgain, probeTokens } from './probe.ts'
import { takeBack, tellWhatStays } from './take-back.ts'

/** A session that a login has replaced, as it was at that moment. */
export interface Replaced {
  readonly session: Session
  readonly provider: Provider
  readonly record: SessionRecord
}

/**
 * What a login in place of `session` has left alive at the provider, which could end it: of `record`,
 * which was stored when the login took its place. Before the questions it may have been another.
 */
export async function findReplaced(
  session: Session,
  record: SessionRecord | undefined,
): Promise<Replaced | undefined> {
  // A login of a new id has replaced nothing of this session.
  if (record?.profileId !== session.id) return undefined
  const condition = await conditionOf(session, record)
  if (condition.state !== 'usable') return undefined
  const { provider } = condition
  const { ports } = session
  if (!isAlive(record, ports.clock.now()) || whyNoEnd(provider, record) !== undefined) {
    return undefined
  }
  // Another profile holds the same token, and would lose it.
  if (record.id !== undefined && holdersOf(session, record.id).length > 1) return undefined
  return { session, provider, record }
}

/** Whether `next` is something else than what it replaced: some APIs give the same token again. */
export function isOther({ record }: Replaced, next: SessionRecord): boolean {
  return (
    record.access.reveal() !== next.access.reveal() &&
    (record.id === undefined || record.id !== next.id)
  )
}

/** How the end of a replaced session went. */
interface EndReplaced extends End {
  /** Whether the session in its place was seen alive before, and not any more. */
  readonly nextEnded: boolean
}

/**
 * Ends a session that `next` has replaced, by its own token, and looks before and after at both.
 * Never throws for what the provider does not do.
 */
export async function endReplaced(replaced: Replaced, next: Session): Promise<EndReplaced> {
  const { provider, record } = replaced
  const session = await withOwnAnswers(replaced, next)
  const after = await next.findRecord()
  const same = after?.provider === record.provider ? after : undefined
  const probe = async (how: typeof probeTokens) => {
    if (same === undefined) return []
    const own = await next.provider()
    return await how(own, await reachFor(next, own, same, 'logout'), same)
  }
  const before = await safely(probe(probeTokens))
  const end = await endTokens(session, provider, record, async () => undefined)
  const now = before.length === 0 ? [] : await safely(probe(probeAgain))
  await takeBack(session, provider, record, same)
  return { ...end, nextEnded: compare(before, now, 'access').liveness === 'ended' }
}

/**
 * What becomes of the rest that the login of a replaced session has set up, where that was not ended:
 * as long as its tokens may be good they need it, and what stays is told; else it is taken back.
 */
export async function leaveReplaced(
  session: Session,
  record: SessionRecord | undefined,
  next: SessionRecord,
): Promise<void> {
  if (record?.profileId !== session.id) return
  const condition = await conditionOf(session, record)
  if (condition.state !== 'usable') return
  const { provider } = condition
  const same = next.provider === record.provider ? next : undefined
  const settle = isAlive(record, session.ports.clock.now()) ? tellWhatStays : takeBack
  await settle(session, provider, record, same)
}

/** Variables that a login at another server was made with are nothing for the server before. */
async function withOwnAnswers({ session, provider }: Replaced, next: Session): Promise<Session> {
  const { ports, profile } = session
  const { fields } = await next.provider()
  const named = namedIn(fields, next.profile.settings, () => undefined)
  const { provider: id, baseUrl } = next.profile
  const isSame = profile.provider === id && profile.baseUrl === baseUrl
  if (isSame && !isElsewhere(provider.fields, profile, named)) return session
  const answerSources = async () => ({
    ...(await ports.answerSources()),
    fromEnvironment: () => undefined,
  })
  return openSession({ ...ports, answerSources }, profile)
}

/** A look that fails shows nothing. */
async function safely<Result>(looking: Promise<readonly Result[]>): Promise<readonly Result[]> {
  try {
    return await looking
  } catch (error) {
    if (!isToknError(error) || error.code === 'interrupted') throw error
    return []
  }
}
