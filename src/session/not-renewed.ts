import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { fleetOfReader } from './fleet/reader.ts'
import { isUntimely } from './moment.ts'
import { isFromEnvironment, nextLogin, tokenInWords, wordOf } from './naming.ts'
import { withOutside } from './outside.ts'
import { neededTtl, type RefreshRequest } from './refresh-request.ts'
import { unrenewableAt } from './refresh/renewable.ts'
import type { Session } from './session.ts'
import { refuseEnded } from './standing.ts'

// Why a token is not renewed: of no use to whoever has a good one.

/** Throws `unsupported` and the like where it is known that no refresh can be, without asking. */
export async function refuseUnrenewable(session: Session, record: SessionRecord): Promise<void> {
  const { ports, profile } = session
  // What renews it is not for a reader to see.
  if ((await fleetOfReader(session)) !== undefined) return
  const provider = await ports.provider(profile)
  const reason = unrenewableAt(profile, provider, record, ports.clock.now())
  if (reason !== undefined) throw reason
}

/** Throws what a refresh of `record` would come to that is known to be in vain. */
export async function refuseVain(
  session: Session,
  record: SessionRecord,
  asked: { readonly forced: boolean; readonly undisturbed: boolean; readonly expired: boolean },
): Promise<void> {
  const { profile } = session
  const ended = asked.undisturbed && record.standing !== undefined
  const ofVariable = session.source === 'environment' && record.refresh !== undefined
  const refuses = (asked.undisturbed && asked.forced) || ofVariable
  // It takes the provider to see what is outside, whom of many that wait for one refresh one needs.
  const renewable = ended || refuses ? await withOutside(session, record) : record
  if (ended) refuseEnded(profile, renewable)
  if (asked.expired) refuseExpiredGift(profile, record)
  if (refuses) await refuseUnrenewable(session, renewable)
}

/** A token out of the environment has nothing to renew it with, whatever its provider can do. */
function refuseExpiredGift(profile: Profile, { fixed, expiry, refresh }: SessionRecord): void {
  if (
    refresh !== undefined ||
    fixed !== true ||
    expiry.state !== 'at' ||
    !isFromEnvironment(profile)
  )
    return
  const ended = words.refresh.expiredAt(tokenInWords(profile), words.times.instant(expiry.at))
  throw new ToknError('reauth_required', ended, { hint: nextLogin(profile) })
}

/** For a token that is too old, and is not to be renewed. */
export function tooOld(
  profile: Profile,
  record: SessionRecord,
  request: RefreshRequest,
  expired: boolean,
  now: number,
): ToknError {
  if (isUntimely(record, now)) {
    const obtained = words.times.instant(record.obtainedAt)
    return new ToknError('check_failed', words.refresh.obtainedInFuture(profile.name, obtained))
  }
  const token = tokenInWords(profile)
  const hint = record.fixed === true ? nextLogin(profile) : `tokn refresh${wordOf(profile)}`
  if (expired) return new ToknError('reauth_required', words.refresh.expired(token), { hint })
  const left =
    record.expiry.state === 'at' ? words.times.duration(record.expiry.at - now) : undefined
  const needed = words.times.duration(neededTtl(record, request))
  return new ToknError('check_failed', words.refresh.tooLittleLeft(token, left, needed), { hint })
}
