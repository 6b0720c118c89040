import type { SessionRecord } from '../core/record.ts'

/** The secrets that a login without a person may be made with: those kept, or those given outside. */
export function secretsForLogin({
  credentials,
  outside,
}: Pick<SessionRecord, 'credentials' | 'outside'>): SessionRecord['credentials'] {
  return credentials ?? outside?.secrets
}
