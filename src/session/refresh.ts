import { isToknError, ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Held, Store } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider, Reach } from '../core/provider.ts'
import { serializeRecord, type SessionRecord } from '../core/record.ts'
import type { TokenSet } from '../core/token.ts'
import { checkProvider, entryOf, findHeld, readHeld } from './held.ts'
import { indexRecord } from './history.ts'
import type { Ports } from './ports.ts'
import { beginRefresh, promoteAnswer, unresolvedIntent, type Attempt } from './recovery.ts'
import { knownAnswers } from './reach.ts'
import { exchangeTokens } from './renewal.ts'
import { mayServe, satisfies, type RefreshWanted } from './wanted.ts'
import { writeAndReadBack } from './write.ts'

/** A provider that answers with dead tokens is not asked again for this long, in milliseconds. */
const stormGuard = 5_000

/**
 * The refresh itself: lock, look again, spend, make the answer durable, store, read back. Whoever
 * calls at the same time gets the same new record. Throws `reauth_required`, `busy`, `store`,
 * `network`, `quota` and what the provider throws; the record held before is then untouched.
 */
export async function refreshNow(
  ports: Ports,
  profile: Profile,
  wanted: RefreshWanted,
): Promise<SessionRecord> {
  const lock = await ports.lock()
  const held = await lock(entryOf(profile), ports.timeout)
  try {
    const store = await ports.store(profile.store)
    await promoteAnswer(ports, profile, store, held)
    const record = await readHeld(ports, profile)
    const good = satisfies(record, wanted, ports.clock.now())
    if (good && !(await isDoubtful(ports, profile, record))) return record
    guardAgainstStorm(ports, profile, record, wanted)
    try {
      return await spend(ports, profile, store, held, record, wanted)
    } catch (error) {
      // Whatever went wrong, it may be because another process has done all this meanwhile.
      const newer = held.stillHeld() ? undefined : await findNewer(ports, profile, record)
      if (newer !== undefined) return newer
      const usable = mayServe(record, wanted, ports.clock.now())
      if (usable && isToknError(error, 'network')) return record
      throw error
    }
  } finally {
    await held.release()
  }
}

/** Whether an earlier refresh, whose answer never came, may have ended the token held. */
async function isDoubtful(ports: Ports, profile: Profile, record: SessionRecord): Promise<boolean> {
  if ((await unresolvedIntent(ports, profile, record)) === undefined) return false
  const { rotation } = await ports.provider(profile)
  return rotation === 'always' || rotation === 'server-decides'
}

async function spend(
  ports: Ports,
  profile: Profile,
  store: Store,
  held: Held,
  record: SessionRecord,
  wanted: RefreshWanted,
): Promise<SessionRecord> {
  const provider = await ports.provider(profile)
  checkProvider(record, profile, provider)
  const attempt = await beginRefresh(ports, profile, store, record)
  let tokens: TokenSet
  try {
    tokens = await exchangeTokens(ports, { profile, provider, record, wanted, attempt, held })
  } catch (error) {
    return await adoptOrGiveUp(ports, profile, record, attempt, error)
  }
  const next = succeed(
    record,
    tokens,
    provider,
    knownAnswers(ports, profile, provider, record),
    ports.clock.now(),
  )
  const kept = await commitAnswer(attempt, next)
  return await storeNext(ports, profile, store, held, {
    record,
    next,
    kept,
    attempt,
    provider,
    wanted,
  })
}

interface Turn {
  readonly record: SessionRecord
  readonly next: SessionRecord
  /** Absent, or why the answer is not in the journal. */
  readonly kept: ToknError | undefined
  readonly attempt: Attempt
  readonly provider: Provider
  readonly wanted: RefreshWanted
}

async function storeNext(
  ports: Ports,
  profile: Profile,
  store: Store,
  held: Held,
  { record, next, kept, attempt, provider, wanted }: Turn,
): Promise<SessionRecord> {
  if (!held.stillHeld()) {
    // Someone took over while this process slept. Theirs is the later generation, if they made one.
    const newer = await findNewer(ports, profile, record)
    if (newer !== undefined) return newer
  }
  try {
    await writeAndReadBack(store, next)
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    const newer = await findNewer(ports, profile, record)
    if (newer !== undefined && !newer.access.equals(next.access)) {
      attempt.finish()
      return newer
    }
    if (kept !== undefined && (await commitAnswer(attempt, next)) !== undefined) throw error
    // The provider has already turned the old tokens in; the new ones are safe in the journal.
    ports.warn(
      `the new token could not be stored yet (${error.message}); it is kept and stored by the next command`,
    )
    return next
  }
  attempt.finish()
  await indexRecord(ports, next, wanted.reason)
  await retireOld(ports, profile, provider, record, next)
  return next
}

/** Why the answer could not be made durable. The store is then the place that is left for it. */
async function commitAnswer(attempt: Attempt, next: SessionRecord): Promise<ToknError | undefined> {
  try {
    await attempt.commit(serializeRecord(next))
    return undefined
  } catch (error) {
    if (isToknError(error, 'store')) return error
    throw error
  }
}

/** What another process stored meanwhile; `undefined` also where the store cannot be read. */
async function findNewer(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
): Promise<SessionRecord | undefined> {
  try {
    const found = await findHeld(ports, profile)
    return found !== undefined && found.generation > record.generation ? found : undefined
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

async function adoptOrGiveUp(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  attempt: Attempt,
  error: unknown,
): Promise<SessionRecord> {
  if (isToknError(error, 'reauth_required', 'forbidden', 'provider_refused', 'busy')) {
    const newer = await findNewer(ports, profile, record)
    if (newer !== undefined) {
      attempt.finish()
      return newer
    }
  }
  // Unknown outcomes stay in the journal: the next attempt must know that one went before it.
  if (!isToknError(error, 'network') || error.details.sent === false) attempt.finish()
  throw error
}

function guardAgainstStorm(
  ports: Ports,
  profile: Profile,
  record: SessionRecord,
  wanted: RefreshWanted,
): void {
  const now = ports.clock.now()
  const age = now - record.obtainedAt
  const bornDead =
    record.generation > 1 && age >= 0 && age < stormGuard && wanted.reason === 'expired'
  if (!bornDead || isGood(record.expiry, now, 0)) return
  throw new ToknError(
    'provider_nonsense',
    `the provider gave "${profile.name}" a token that had already expired`,
    {
      hint: 'check the clock of this machine, then try again in a few seconds',
    },
  )
}

/** The record that follows `record`: what a reply leaves out is carried over (RFC 6749 section 6). */
export function succeed(
  record: SessionRecord,
  tokens: TokenSet,
  provider: Provider,
  answers: Reach['answers'],
  now: number,
): SessionRecord {
  const context = { ...record.context, ...tokens.context }
  return {
    ...record,
    ...tokens,
    context,
    refresh: tokens.refresh ?? record.refresh,
    scopes: tokens.scopes ?? record.scopes,
    name: tokens.name ?? record.name,
    id: tokens.id ?? (tokens.access.equals(record.access) ? record.id : undefined),
    attach: provider.attach({ context }, answers),
    generation: record.generation + 1,
    obtainedAt: now,
  }
}

async function retireOld(
  ports: Ports,
  profile: Profile,
  provider: Provider,
  record: SessionRecord,
  next: SessionRecord,
): Promise<void> {
  const stale = record.id
  const mayRetire = provider.rotation === 'reissue' && stale !== undefined && stale !== next.id
  if (!mayRetire || provider.revoke === undefined || record.fixed === true) return
  const reach: Reach = {
    http: await ports.http(profile),
    clock: ports.clock,
    answers: knownAnswers(ports, profile, provider, next),
  }
  try {
    // Sent with the new token: that it is accepted proves the new one before the old one is gone.
    await provider.revoke(reach, next, { id: stale })
  } catch (error) {
    if (isToknError(error, 'not_found')) return
    if (!(error instanceof ToknError)) throw error
    if (isGood(record.expiry, ports.clock.now(), 0)) {
      ports.warn(`the token before this one (${stale}) is still alive: ${error.message}`)
    }
  }
}
