import type { SessionRecord } from '../core/record.ts'
import { aboutChange } from './about-record.ts'
import type { Session } from './session.ts'
import { writeAndReadBack, writeRecord } from './write-record.ts'

/** What of a record may change within its generation: neither its tokens nor whose it is. */
type Change = Partial<
  Pick<SessionRecord, 'context' | 'credentials' | 'expiry' | 'origins' | 'prolongedAt' | 'standing'>
>

/**
 * Stores `held` with a change, of the same generation, and gives what is stored by then. Whoever calls
 * holds the lock of the entry. It is proved that the store gives it back, unless `proven` is false:
 * what is not worth another read may be lost. Throws `store`.
 */
export async function rewriteRecord(
  session: Session,
  held: SessionRecord,
  change: Change,
  { proven = true }: { readonly proven?: boolean } = {},
): Promise<SessionRecord> {
  const next = { ...held, ...change }
  const store = await session.store()
  const about = await aboutChange(session.ports, session.profile, next)
  await (proven ? writeAndReadBack : writeRecord)(store, next, about)
  return next
}
