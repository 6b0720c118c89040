import { refuseReader } from '../fleet/reader.ts'
import { isFailure, ToknError } from '../../core/errors.ts'
import type { Provider, Reach, ProbeResult } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { reachFor } from '../call.ts'
import type { Session } from '../session.ts'
import { refuseLeftCopy } from '../left-copy.ts'
import { storeWhatIsSealed } from '../store-sealed.ts'
import { erase, type Condition } from '../usable.ts'
import { markEnded } from './mark-ended.ts'
import { judge, keeps, nothing, type End } from './logout-verdict.ts'
import { isPast, remains } from './time-left.ts'
import { compare, probeTokens, probeAgain } from './probe.ts'
import { takeBack, tellWhatStays } from './take-back.ts'

export interface LogoutResult extends End {
  /** Whether there was a session to erase. */
  readonly erased: boolean
}

export interface LogoutOptions {
  /** Erase the session here, and leave it alive at the provider. */
  readonly localOnly: boolean
}

/**
 * Ends the session at the provider where that is possible, then erases it here. What the provider
 * cannot or does not do is reported, and the session is erased anyway; where only that is asked for,
 * even one that cannot be read. Throws `store`.
 */
export async function logout(session: Session, options: LogoutOptions): Promise<LogoutResult> {
  await refuseReader(session, 'logout')
  if (!options.localOnly) await refuseLeftCopy(session)
  const lost = options.localOnly ? undefined : await storeKeptReply(session)
  return await session.locked(async () => {
    const condition = await session.condition()
    if (condition.state === 'unreadable' && !options.localOnly) {
      const { code, message, details } = condition.why
      const hint = `tokn logout ${session.name} --local-only`
      throw new ToknError(code === 'usage' ? 'store' : code, message, { ...details, hint })
    }
    const end = await endAtProvider(session, condition, options)
    const erased = await erase(session)
    // Whatever became of the stored tokens: those of the reply are not ended, and cannot be.
    const last = lost === undefined ? end : { ...nothing, ...lost }
    return { ...last, erased: erased || condition.state === 'usable' }
  })
}

/**
 * Stores what a refresh got and could not store, so that those tokens are ended and not older ones.
 * Gives what is left where that cannot be done.
 */
async function storeKeptReply(
  session: Session,
): Promise<Pick<End, 'alive' | 'doubtful' | 'failed'> | undefined> {
  try {
    await storeWhatIsSealed(session)
    return undefined
  } catch (error) {
    if (!isFailure(error)) throw error
    const alive = words.logout.refreshUnusable(error.message)
    return { alive, doubtful: true, failed: true }
  }
}

async function endAtProvider(
  session: Session,
  condition: Condition,
  { localOnly }: LogoutOptions,
): Promise<End> {
  const { ports, profile } = session
  switch (condition.state) {
    case 'none':
      return nothing
    case 'unreadable':
      return { ...nothing, alive: condition.why.message, doubtful: true }
    case 'foreign': {
      // A session that the profile no longer fits is erased, and the provider is not told.
      const { expiry, standing } = ports.index.get(profile.id) ?? {}
      const over = standing?.state === 'dead' || isPast(expiry, ports.clock.now())
      if (over) return { ...nothing, ended: standing?.why ?? words.logout.expired() }
      return { ...nothing, alive: condition.why.message, doubtful: expiry?.state !== 'at' }
    }
    case 'usable': {
      if (!localOnly) {
        // Without the credentials: what was meant to end must not log in again by itself.
        const last = { ...condition.record, credentials: undefined, madeWith: undefined }
        const mark = async () => await markEnded(session, last, words.tokens.endRequested())
        const { provider, record } = condition
        const end = await endTokens(session, provider, record, mark)
        await takeBack(session, provider, record)
        return end
      }
      await tellWhatStays(session, condition.provider, condition.record)
      const left = remains(condition.record, ports.clock.now())
      return keeps(left, words.logout.notAsked())
    }
  }
}

/** Why a provider cannot be asked to end a session, in one sentence; `undefined` where it can. */
export function whyNoEnd(
  { title, logout, revoke, why }: Provider,
  { id }: Pick<SessionRecord, 'id'>,
): string | undefined {
  if (logout !== undefined) return undefined
  if (revoke === undefined) {
    return why.logout ?? why.revoke ?? words.logout.aliveUntilExpiry(title)
  }
  if (id !== undefined) return undefined
  return words.logout.idUnknown(title)
}

/**
 * Has the provider end the tokens of `record`, and looks before and after; `mark` runs before the
 * request goes out. Never throws for what the provider does not do.
 */
export async function endTokens(
  session: Session,
  provider: Provider,
  record: SessionRecord,
  mark: () => Promise<void>,
): Promise<End> {
  const { ports } = session
  const left = remains(record, ports.clock.now())
  const why = whyNoEnd(provider, record)
  if (why !== undefined) {
    const kept = keeps(left, why)
    // The API could, and this token is the exception.
    return provider.revoke === undefined
      ? kept
      : { ...kept, failed: !left.over, doubtful: !left.over }
  }
  let before: readonly ProbeResult[] = []
  let reach: Reach | undefined
  let spared: string | undefined
  let refusal: ToknError | undefined
  try {
    reach = await reachFor(session, provider, record, 'logout')
    before = await probeTokens(provider, reach, record)
    await mark()
    spared =
      provider.logout === undefined
        ? await provider.revoke?.(reach, record, { id: record.id ?? '' }).then(() => undefined)
        : await provider.logout(reach, record)
  } catch (error) {
    if (!isFailure(error)) throw error
    // The server turned out to have no such operation: nobody was asked.
    if (error.code === 'unsupported' && error.details.http === undefined) {
      return { ...keeps(left, error.message), page: error.details.page }
    }
    refusal = error
  }
  const unreachable = refusal?.details.sent === false && refusal.code === 'network'
  const after = reach === undefined || unreachable ? [] : await probeAgain(provider, reach, record)
  const access = compare(before, after, 'access')
  const refresh = record.refresh === undefined ? undefined : compare(before, after, 'refresh')
  return judge({ provider, record, left, refusal, spared, access, refresh })
}
