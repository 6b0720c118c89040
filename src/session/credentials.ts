import { refuseReader } from './fleet/reader.ts'
import { isFailure, ToknError } from '../core/errors.ts'
import { beginsAnew, type SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { words } from '../messages/words.ts'
import { indexKept } from './history.ts'
import { withOutside } from './outside.ts'
import { chooseRenewal, type Renewal } from './refresh/renewable.ts'
import { rewriteRecord } from './rewrite-record.ts'
import type { Session } from './session.ts'
import { isRecordSealed, storeWhatIsSealed } from './store-sealed.ts'

/** The secrets of a login, by the names of their fields. */
export type Credentials = Readonly<Record<string, Secret>>

/**
 * Keeps `credentials` with the session that `login` has left. It may have been refreshed meanwhile;
 * `false`, and nothing is kept, where it is not there any more, or another login has replaced it.
 * Throws `store`, `busy`; then the session is as it was.
 */
export async function keepCredentials(
  session: Session,
  login: SessionRecord,
  credentials: Credentials,
): Promise<boolean> {
  await refuseReader(session, 'credentials')
  return await session.locked(async () => {
    const record = await session.findRecord()
    if (record === undefined || !descends(session, record, login)) return false
    await replaceCredentials(session, record, credentials)
    return true
  })
}

/** What became of the credentials of a session. */
export interface Forgotten {
  /** Whether there were any. */
  readonly forgotten: boolean
  /** What renews the session from now on; `undefined` where only a login does. */
  readonly renewal: Renewal | undefined
}

/**
 * Erases the credentials that are kept with a session, and nothing else: neither its tokens nor their
 * generation change. Throws `reauth_required` where there is no session, `store`, `busy`.
 */
export async function forgetCredentials(session: Session): Promise<Forgotten> {
  await refuseReader(session, 'credentials')
  for (let looks = 1; looks <= mostLooks; looks++) {
    await storeSealed(session)
    const result = await session.locked(async () => {
      // A refresh may have been cut off since, and has sealed the credentials with its tokens.
      if (await isRecordSealed(session)) return undefined
      const found = await session.findRecord()
      // Says why there is none: the store may only be locked.
      const { credentials, ...record } = found ?? (await session.readRecord())
      if (credentials !== undefined) await replaceCredentials(session, record, undefined)
      return { forgotten: credentials !== undefined, renewal: await findRenewal(session, record) }
    })
    if (result !== undefined) return result
  }
  throw new ToknError('store', words.credentials.unchanged(words.credentials.stillSealed()), {
    hint: `tokn refresh ${session.name}`,
  })
}

/** Times that a refresh may be cut off anew before that counts as no luck. */
const mostLooks = 3

/** Replies that are of no use are no reason to keep what is to be forgotten: it is not in them. */
async function storeSealed(session: Session): Promise<void> {
  try {
    await storeWhatIsSealed(session)
  } catch (error) {
    if (!isFailure(error) || (await isRecordSealed(session))) throw error
  }
}

async function findRenewal(session: Session, record: SessionRecord): Promise<Renewal | undefined> {
  try {
    const renewable = await withOutside(session, record)
    return chooseRenewal(await session.provider(), renewable, session.ports.clock.now())
  } catch (error) {
    // Of a definition that is gone, nobody can say how it renews: what was asked for is done.
    if (!isFailure(error)) throw error
    return undefined
  }
}

/** Whether `record` is what `login` left, or came out of it by refreshes alone. */
function descends({ ports, id }: Session, record: SessionRecord, login: SessionRecord): boolean {
  if (record.generation === login.generation) return record.obtainedAt === login.obtainedAt
  const history = ports.index.get(id)?.history ?? []
  const since = history.filter(({ generation }) => generation >= login.generation)
  const [first, ...later] = since
  return (
    first?.at === login.obtainedAt &&
    later.at(-1)?.generation === record.generation &&
    later.every(({ reason }) => !beginsAnew(reason))
  )
}

async function replaceCredentials(
  session: Session,
  record: SessionRecord,
  credentials: Credentials | undefined,
): Promise<void> {
  const next = await rewriteRecord(session, record, { credentials }).catch((error: unknown) => {
    if (!(error instanceof ToknError)) throw error
    throw new ToknError(error.code, words.credentials.unchanged(error.message), error.details)
  })
  await indexKept(session.ports, session.profile, next)
}
