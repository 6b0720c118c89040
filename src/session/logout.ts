import { isFailure, isToknError, ToknError } from '../core/errors.ts'
import type { Expiry } from '../core/expiry.ts'
import { readClaims } from '../core/jwt.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider, Reach, Sighting } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { timestamp } from '../core/text.ts'
import { reachFor } from './call.ts'
import { erase, lookAt, type Condition } from './condition.ts'
import { condemn } from './condemn.ts'
import { entryOf } from './held.ts'
import type { Ports } from './ports.ts'
import { compare, look, lookAgain, type Outcome } from './sight.ts'

/** How a logout went, at the provider. */
export interface End {
  /** Whether the provider ended the session: it said so, and nothing that was seen says otherwise. */
  readonly revoked: boolean
  /** Whether that is proven: by the same way of asking the tokens were alive before and are not now. */
  readonly verified: boolean
  /** Why it is not proven, in one sentence, where it was said and is not. */
  readonly unverified?: string | undefined
  /** What is to be known of a proof all the same, in one sentence. */
  readonly caveat?: string | undefined
  /** What is, or may be, alive at the provider, in one sentence; absent where nothing is. */
  readonly alive?: string | undefined
  /** Whether that is only possible: nobody knows. */
  readonly doubtful?: boolean | undefined
  /** When what is alive ends, in epoch milliseconds, where that is known. */
  readonly aliveUntil?: number | undefined
  /** Whether it should have been ended and was not, as far as is known. */
  readonly failed: boolean
}

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
  ports: Ports,
  profile: Profile,
  options: { readonly localOnly: boolean },
): Promise<LogoutResult> {
  const lost = options.localOnly ? undefined : await bringHome(ports, profile)
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    const condition = await lookAt(ports, profile)
    if (condition.state === 'unreadable' && !options.localOnly) {
      const { code, message, details } = condition.why
      const hint = `tokn logout ${profile.name} --local-only`
      throw new ToknError(code === 'usage' ? 'store' : code, message, { ...details, hint })
    }
    const end = await endAtProvider(ports, profile, condition, options)
    const erased = await erase(ports, profile)
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
  ports: Ports,
  profile: Profile,
): Promise<Pick<End, 'alive' | 'doubtful' | 'failed'> | undefined> {
  try {
    const left = (await ports.journal()).read(entryOf(profile))
    if (left === undefined || (left.record === undefined && left.answers.length === 0)) {
      return undefined
    }
    await ports.courier(profile, { reason: 'recovered', minTtl: 0 })
    return undefined
  } catch (error) {
    if (!isFailure(error)) throw error
    const alive = `a refresh was answered, and the tokens in the answer cannot be used: ${error.message}`
    return { alive, doubtful: true, failed: true }
  }
}

async function endAtProvider(
  ports: Ports,
  profile: Profile,
  condition: Condition,
  { localOnly }: { readonly localOnly: boolean },
): Promise<End> {
  switch (condition.state) {
    case 'none':
      return nothing
    case 'unreadable':
      return { ...nothing, alive: condition.why.message, doubtful: true }
    case 'foreign': {
      // A session that the profile no longer fits is erased, and nobody is told but the user.
      const { expiry, standing } = ports.index.get(profile.id) ?? {}
      const over = standing?.state === 'dead' || isPast(expiry, ports.clock.now())
      return { ...nothing, alive: condition.why.message, doubtful: over }
    }
    case 'usable': {
      if (!localOnly) return await endUsable(ports, profile, condition)
      const left = remains(condition.record, ports.clock.now())
      return keeps(left, 'the token was not revoked, as asked')
    }
  }
}

const nothing: End = { revoked: false, verified: false, failed: false }

async function endUsable(
  ports: Ports,
  profile: Profile,
  { provider, record }: Extract<Condition, { state: 'usable' }>,
): Promise<End> {
  const ends = provider.logout !== undefined || (provider.revoke && record.id !== undefined)
  const left = remains(record, ports.clock.now())
  if (!ends) {
    const why = provider.why.logout ?? provider.why.revoke
    return keeps(left, why ?? `${provider.title} keeps it alive until it expires`)
  }
  let before: readonly Sighting[] = []
  let reach: Reach | undefined
  let spared: string | undefined
  let no: ToknError | undefined
  try {
    reach = await reachFor(ports, profile, provider, record, 'logout')
    before = await look(provider, reach, record)
    // Without the credentials: what was meant to end must not log in again by itself.
    const last = { ...record, credentials: undefined }
    await condemn(
      ports,
      profile,
      last,
      'a logout that was cut off had asked the provider to end it',
    )
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

interface Sights {
  readonly provider: Provider
  readonly record: SessionRecord
  readonly left: Remains
  readonly no: ToknError | undefined
  readonly spared: string | undefined
  readonly access: Outcome
  /** Absent where there is no refresh token. */
  readonly refresh: Outcome | undefined
}

/** What the provider said, held against what was seen. */
function judge({ provider, record, left, no, spared, access, refresh }: Sights): End {
  const said = no === undefined ? `${provider.title} says that it is ended` : refusedBy(no)
  const failed = { ...nothing, failed: true }
  if (refresh?.seen === 'alive') {
    const alive = `${said}, but the refresh token still works, by ${refresh.by}`
    return { ...failed, alive, aliveUntil: left.refreshUntil }
  }
  if (access.seen === 'alive') {
    const alive = `${said}, but the token still works, by ${access.by}`
    return { ...failed, alive, aliveUntil: left.accessUntil }
  }
  const accessGone = access.seen === 'ended' || access.seen === 'over' || left.accessOver
  if (refresh === undefined ? access.seen === 'ended' : refresh.seen === 'ended' && accessGone)
    return { ...nothing, revoked: true, verified: true, caveat: caveatOf(record, access, left) }
  if (no === undefined && (spared === undefined || access.seen !== 'unseen')) {
    return { ...nothing, revoked: true, unverified: whyUnverified(access, refresh) }
  }
  if (spared !== undefined) {
    return { ...failed, alive: spared, doubtful: true, aliveUntil: left.accessUntil }
  }
  // The provider says that there is nothing any more that could be ended; of an access token whose
  // time is up that is no news, and says nothing of the refresh token.
  const stale = left.accessOver && refresh !== undefined
  if ((isGone(no) && !stale) || (access.seen === 'over' && refresh === undefined)) return nothing
  return { ...failed, alive: said, doubtful: true, aliveUntil: left.until }
}

/** Who checks a JWT by its signature alone does not hear that it was revoked. */
function caveatOf({ access: token }: SessionRecord, { used }: Outcome, left: Remains) {
  const end = left.accessUntil
  if (used === true || end === undefined || readClaims(token.reveal()) === undefined)
    return undefined
  return `an API that checks the token by itself, without asking, may take it until ${timestamp(end)}`
}

function isGone(no: ToknError | undefined): boolean {
  return isToknError(no, 'reauth_required', 'not_found') && no.details.http !== undefined
}

function refusedBy(no: ToknError): string {
  return `the provider did not revoke it: ${no.message}`
}

function whyUnverified(access: Outcome, refresh: Outcome | undefined): string {
  if (refresh === undefined && access.seen === 'over') return 'the token was refused before as well'
  if (access.seen === 'ended')
    return 'the access token is dead, the refresh token cannot be looked at'
  if (refresh?.seen === 'ended')
    return 'the refresh token is dead, and nothing shows whether the access token is'
  return 'nothing shows whether it still works'
}

/** What lives on because nobody ends it. */
function keeps(left: Remains, why: string): End {
  return left.over ? nothing : { ...nothing, alive: why, aliveUntil: left.until }
}

interface Remains {
  /** When the last of the tokens ends; `undefined`: unknown, or never. */
  readonly until: number | undefined
  readonly accessUntil: number | undefined
  readonly refreshUntil: number | undefined
  /** Whether the access token has ended by its time. */
  readonly accessOver: boolean
  /** Whether all of them have ended by their time, or are known to be dead. */
  readonly over: boolean
}

function remains(record: SessionRecord, now: number): Remains {
  const { expiry, refreshExpiry, refresh, standing } = record
  const accessUntil = endOf(expiry, now)
  const refreshUntil = endOf(refreshExpiry, now)
  const accessOver = isPast(expiry, now)
  const past = accessOver && (refresh === undefined || isPast(refreshExpiry, now))
  const until = refresh === undefined ? accessUntil : refreshUntil
  const over = past || standing?.state === 'dead'
  return { until, accessUntil, refreshUntil, accessOver, over }
}

function endOf(expiry: Expiry | undefined, now: number): number | undefined {
  return expiry?.state === 'at' && expiry.at > now ? expiry.at : undefined
}

/** Whether a token has ended by its time; one that use prolongs may have been used elsewhere. */
function isPast(expiry: Expiry | undefined, now: number): boolean {
  return expiry?.state === 'at' && expiry.sliding !== true && expiry.at <= now
}
