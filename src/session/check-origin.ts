import { ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { isFromEnvironment } from './naming.ts'

/** Throws `usage` unless `url` is at an origin that the session may send its token to. */
export function checkOrigin(record: Pick<SessionRecord, 'origins' | 'profileId'>, url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw new ToknError('usage', words.session.credentialsInUrl())
  }
  if (record.origins.includes(url.origin)) return
  const how = isFromEnvironment({ id: record.profileId }) ? 'TOKN_API_URL' : 'tokn login --api-url'
  throw new ToknError('usage', words.session.foreignOrigin(url.origin, record.origins, how))
}
