import { isFailure } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { reachFor } from '../call.ts'
import type { Session } from '../session.ts'

/**
 * Has the provider take back what the login of `record` has set up, unless `next` uses it; there is a
 * warning for what is left. To be called when everything is looked at: afterwards nobody is known there.
 */
export async function takeBack(
  session: Session,
  provider: Provider,
  record: SessionRecord,
  next?: SessionRecord,
): Promise<void> {
  if (provider.takeBack === undefined) return
  const { ports } = session
  try {
    const reach = await reachFor(session, provider, record, 'logout')
    const left = await provider.takeBack(reach, record, next)
    if (left !== undefined) ports.warn(left)
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(error.message)
  }
}

/** Warns of what the login of `record` has set up and nobody takes back, unless `next` uses it. */
export async function tellWhatStays(
  { ports }: Pick<Session, 'ports'>,
  provider: Provider,
  record: SessionRecord,
  next?: SessionRecord,
): Promise<void> {
  const left = await provider.leaves?.(record, next)
  if (left !== undefined) ports.warn(left)
}
