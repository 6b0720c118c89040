import type { SessionRecord } from '../core/record.ts'
import { isWorthWarning, sessionEnd } from './life.ts'
import { isFromEnvironment } from './naming.ts'
import type { Session } from './session.ts'
import { renewalOf } from './ways-to-renew.ts'

/**
 * Warns, once a day, of a session that ends soon unless a person does something. A record says of
 * itself whether there may be anything to say, so that whoever asks for a good token pays for no
 * more than that; with `closely`, what the index knows is looked at as well.
 */
export async function tellEnd(
  session: Session,
  record: SessionRecord,
  closely = false,
): Promise<void> {
  if (record.standing !== undefined || isFromEnvironment(session)) return
  const lasting = { ...record, renewal: renewalOf(record) }
  const near = isWorthWarning(sessionEnd(lasting), session.ports.clock.now())
  if (!closely && !near) return
  await (await import('./end-warning.ts')).warnOfEnd(session, record, lasting)
}
