import type { Session } from '../session.ts'
import { isFailure, ToknError } from '../../core/errors.ts'
import type { Provider, Reach, ProbeResult } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { reachFor } from '../call.ts'
import { erase, lookAt, type Condition } from '../usable.ts'
import { condemn } from './mark-ended.ts'
import { entryOf } from '../stored-record.ts'
import { judge, keeps, nothing, type End } from './logout-verdict.ts'
import { isPast, remains } from './time-left.ts'
import { compare, look, lookAgain } from './probe.ts'

export interface LogoutResult extends End {
  /** Whether there was a session to erase. */
  readonly erased: boolean
}

/**
 * Ends the session at the provider where that is possible, then erases it here. What the provider
 * cannot or does not do is told, and the erasing happens all the same; so it does, where only that is
 * asked for, with a session that cannot be read. Throws `store`.
 */
export async function logout(
  session: Session,
  options: { readonly localOnly: boolean },
): Promise<LogoutResult> {
  const { ports, profile } = session
  const lost = options.localOnly ? undefined : await bringHome(session)
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const condition = await lookAt(session)
    if (condition.state === 'unreadable' && !options.localOnly) {
      const { code, message, details } = condition.why
      const hint = `tokn logout ${profile.name} --local-only`
      throw new ToknError(code === 'usage' ? 'store' : code, message, { ...details, hint })
    }
    const end = await endAtProvider(session, condition, options)
    const erased = await erase(session)
    // Whatever became of the tokens held: those of the answer are not ended, and cannot be.
    const last = lost === undefined ? end : { ...nothing, ...lost }
    return { ...last, erased: erased || condition.state === 'usable' }
  } finally {
    await held.release()
  }
}

/**
 * Stores what a refresh got and could not store, so that those tokens are ended and not older ones.
 * Gives what is left where that cannot be done.
 */
async function bringHome(
  session: Session,
): Promise<Pick<End, 'alive' | 'doubtful' | 'failed'> | undefined> {
  const { ports, profile } = session
  try {
    const left = (await ports.journal()).read(entryOf(profile))
    if (left === undefined || (left.record === undefined && left.answers.length === 0)) {
      return undefined
    }
    await ports.refresher(profile, { reason: 'recovered', minTtl: 0 })
    return undefined
  } catch (error) {
    if (!isFailure(error)) throw error
    const alive = `a refresh was answered, and the tokens in the answer cannot be used: ${error.message}`
    return { alive, doubtful: true, failed: true }
  }
}

async function endAtProvider(
  session: Session,
  condition: Condition,
  { localOnly }: { readonly localOnly: boolean },
): Promise<End> {
  const { ports, profile } = session
  switch (condition.state) {
    case 'none':
      return nothing
    case 'unreadable':
      return { ...nothing, alive: condition.why.message, doubtful: true }
    case 'foreign': {
      // A session that the profile no longer fits is erased, and nobody is told but the user.
      const { expiry, standing } = ports.index.get(profile.id) ?? {}
      const over = standing?.state === 'dead' || isPast(expiry, ports.clock.now())
      if (over) return { ...nothing, ended: standing?.why ?? 'its token had expired' }
      return { ...nothing, alive: condition.why.message, doubtful: expiry?.state !== 'at' }
    }
    case 'usable': {
      if (!localOnly) return await endUsable(session, condition)
      const left = remains(condition.record, ports.clock.now())
      return keeps(left, 'the token was not revoked, as asked')
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
    return why.logout ?? why.revoke ?? `${title} keeps it alive until it expires`
  }
  if (id !== undefined) return undefined
  return `${title} ends a token by its id, and the id of this one is not known`
}

async function endUsable(
  session: Session,
  { provider, record }: Extract<Condition, { state: 'usable' }>,
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
  let no: ToknError | undefined
  try {
    reach = await reachFor(session, provider, record, 'logout')
    before = await look(provider, reach, record)
    // Without the credentials: what was meant to end must not log in again by itself.
    const last = { ...record, credentials: undefined }
    await condemn(session, last, 'a logout that was cut off had asked the provider to end it')
    spared =
      provider.logout === undefined
        ? await provider.revoke?.(reach, record, { id: record.id ?? '' }).then(() => undefined)
        : await provider.logout(reach, record)
  } catch (error) {
    if (!isFailure(error)) throw error
    // The server turned out to have no such operation: nobody was asked.
    if (error.code === 'unsupported' && error.details.http === undefined) {
      return keeps(left, error.message)
    }
    no = error
  }
  const unreachable = no?.details.sent === false && no.code === 'network'
  const after = reach === undefined || unreachable ? [] : await lookAgain(provider, reach, record)
  const access = compare(before, after, 'access')
  const refresh = record.refresh === undefined ? undefined : compare(before, after, 'refresh')
  return judge({ provider, record, left, no, spared, access, refresh })
}
