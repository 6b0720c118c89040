import { indexedEntry } from '../amend-index.ts'
import type { Fresh, FreshOptions } from '../fresh.ts'
import type { Session } from '../session.ts'

/**
 * What a tool gets that asks for a token: `given`, unless a server has refused that very token since it
 * was made. Then a refreshed one where it can be refreshed; else what the provider says of it decides.
 * A doubt alone is no reason to give nothing. Throws `reauth_required` where the provider says that it
 * works no more, and what `fresh` throws.
 */
export async function heedRejection(
  session: Session,
  given: Fresh,
  options: FreshOptions = {},
): Promise<Fresh> {
  const known = indexedEntry(session.ports, session.profile)
  if (known?.standing?.rejectedAt === undefined) return given
  if (known.generation !== given.record.generation) return given
  const { renewRejected } = await import('./renew.ts')
  return await renewRejected(session, given, known.history ?? [], options)
}
