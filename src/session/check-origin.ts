import { ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { ownerOf } from './host-owner.ts'
import { isFromEnvironment } from './naming.ts'
import type { Ports } from './ports.ts'

type Bound = Pick<SessionRecord, 'origins' | 'profileId'>

/** As `checkOrigin` for each of `urls`; says which profile sends its token there, if another one does. */
export async function checkOrigins(
  ports: Pick<Ports, 'profiles' | 'provider' | 'index'>,
  bound: Bound,
  urls: readonly URL[],
): Promise<void> {
  for (const url of urls) {
    const known = bound.origins.includes(url.origin)
    checkOrigin(bound, url, known ? undefined : await ownerOf(ports, url.origin, bound.profileId))
  }
}

/**
 * Throws `usage` unless `url` is at an origin that the session may send its token to. `owner` is the
 * profile that may.
 */
export function checkOrigin(record: Bound, url: URL, owner?: string): void {
  if (url.username !== '' || url.password !== '') {
    throw new ToknError('usage', words.session.credentialsInUrl())
  }
  if (record.origins.includes(url.origin)) return
  const how = isFromEnvironment({ id: record.profileId })
    ? 'TOKN_API_URL'
    : 'tokn login --api-url URL'
  throw new ToknError('usage', words.session.foreignOrigin(url.origin, record.origins, how, owner))
}
