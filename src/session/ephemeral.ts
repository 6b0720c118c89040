import type { Profile } from '../core/profile.ts'
import type { SessionRecord } from '../core/record.ts'
import { placesIn } from './given.ts'
import { authenticate } from './login.ts'
import { idInEnvironment } from './naming.ts'
import { openAnswered } from './opening.ts'
import type { Ports } from './ports.ts'

/**
 * A login with what the environment holds and nothing else (`TOKN_PROVIDER`, `TOKN_BASE_URL`, the
 * provider's fields): for a CI job, which has no session and leaves none behind.
 */
export async function loginFromEnvironment(
  ports: Ports,
  providerId: string,
  read: (name: string) => string | undefined,
): Promise<{ profile: Profile; record: SessionRecord }> {
  const draft: Profile = {
    name: 'environment',
    id: idInEnvironment(),
    provider: providerId,
    ...placesIn(read),
    settings: {},
    store: 'memory',
  }
  const { profile, provider, answers } = await openAnswered(ports, draft, {
    set: {},
    secrets: {},
    fromEnvironment: read,
  })
  const scopes = read('scope')?.split(/\s*,\s*/)
  const record = await authenticate(ports, {
    profile,
    provider,
    answers,
    grant: scopes === undefined ? {} : { scopes },
    remember: true,
    force: false,
  })
  return { profile, record }
}
