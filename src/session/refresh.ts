import { isToknError, ToknError } from '../core/errors.ts'
import { isGood } from '../core/expiry.ts'
import type { Held, Store } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import type { TokenSet } from '../core/token.ts'
import { checkProvider, entryOf, readHeld } from './held.ts'
import type { Ports } from './ports.ts'
import { beginRefresh, promoteAnswer, unresolvedIntent } from './recovery.ts'
import { knownAnswers } from './reach.ts'
import { exchangeTokens } from './renew.ts'
import { adoptOrGiveUp, commitAnswer, findNewer, storeNext } from './settle.ts'
import { succeed } from './succession.ts'
import { mayServe, satisfies, type RefreshWanted } from './wanted.ts'

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
