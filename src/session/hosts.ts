import { isFailure, isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { rewriteRecord } from './rewrite-record.ts'
import type { Session } from './session.ts'
import { isRecordSealed, storeWhatIsSealed } from './store-sealed.ts'
import { checkBinding } from './stored-record.ts'

/** Times that a refresh may be cut off anew before that counts as no luck. */
const mostLooks = 3

export interface HostChange {
  readonly add?: readonly string[] | undefined
  readonly remove?: readonly string[] | undefined
}

/** Most origins of this kind that a profile can have. */
const most = 64

/**
 * Lets the token of a session be sent to further origins, or no more; gives those that it has by then.
 * They are allowed in the record, beside the token, before the profile names them, and the other way
 * round: a kill in between leaves a session as good as it was. Throws `reauth_required` where there is no
 * session, `usage`, `store`, `busy`.
 */
export async function changeHosts(
  session: Session,
  { add = [], remove = [] }: HostChange,
): Promise<readonly string[]> {
  for (let looks = 1; looks <= mostLooks; looks++) {
    await storeSealed(session)
    const hosts = await session.locked(async () => {
      // What is sealed would take the place of this record, with the origins that it had.
      if (await isRecordSealed(session)) return undefined
      const { profiles } = session.ports
      const profile = profiles.get(session.name) ?? session.profile
      const record = checkBinding(await session.readRecord(), session.profile)
      const own = await ownOrigins(session)
      const before = (profile.hosts ?? []).filter((one) => !remove.includes(one))
      const next = [...new Set([...before, ...add])].filter((one) => !own.includes(one))
      if (next.length > most) throw new ToknError('usage', words.setup.tooManyHosts(most))
      const hosts = next.length === 0 ? undefined : next
      const origins = [...new Set([...record.origins, ...next])]
      if (origins.length > record.origins.length) await rewriteRecord(session, record, { origins })
      if (next.join() !== (profile.hosts ?? []).join()) await profiles.put({ ...profile, hosts })
      const left = origins.filter((one) => own.includes(one) || !remove.includes(one))
      if (left.length < origins.length) await rewriteRecord(session, record, { origins: left })
      return next
    })
    if (hosts !== undefined) return hosts
  }
  throw new ToknError('store', words.credentials.stillSealed(), {
    hint: `tokn refresh ${session.name}`,
  })
}

/** Replies that are of no use are no reason to refuse this: they change no origin. */
async function storeSealed(session: Session): Promise<void> {
  try {
    await storeWhatIsSealed(session)
  } catch (error) {
    if (!isFailure(error) || (await isRecordSealed(session))) throw error
  }
}

/** Those of its provider, which nothing here takes away. */
async function ownOrigins(session: Session): Promise<readonly string[]> {
  return (await session.provider()).origins
}

/**
 * The profile of a login, with those of its hosts that the session before was allowed to send its token
 * to: a file that anybody can edit says nothing alone. Where nothing is left of that session, it has to.
 */
export async function withKnownHosts(session: Session): Promise<Profile> {
  const { profile } = session
  if (profile.hosts === undefined) return profile
  const before = await session.findRecord().catch((error: unknown) => {
    if (!isToknError(error, 'store')) throw error
    return undefined
  })
  const hosts = profile.hosts.filter((one) => before?.origins.includes(one) !== false)
  return { ...profile, hosts: hosts.length === 0 ? undefined : hosts }
}

/** `origins`, and the hosts of a profile. */
export function withHosts(origins: readonly string[], { hosts = [] }: Profile): readonly string[] {
  return [...new Set([...origins, ...hosts])]
}
