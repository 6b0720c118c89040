import type { SessionRecord } from '../core/record.ts'
import type { Fresh, FreshOptions } from './fresh.ts'
import type { Session } from './session.ts'

/**
 * A newer token in place of `rejected`, which is not good enough though its time is not up: the one
 * that another process has got meanwhile, or a refreshed one. Throws what `fresh` throws.
 */
export async function replaceRejected(
  session: Session,
  { generation }: SessionRecord,
  { reason = 'rejected', ...options }: Omit<FreshOptions, 'refresh' | 'beyond'> = {},
): Promise<Fresh> {
  return await session.fresh({ ...options, refresh: 'force', reason, beyond: generation })
}
