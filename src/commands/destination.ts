import { ToknError } from '../core/errors.ts'
import { readPlainUrl } from '../core/plain-url.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import { checkOrigin, checkOrigins } from '../session/check-origin.ts'
import type { LoginCheck } from '../session/login/login-from-environment.ts'
import type { Ports } from '../session/ports.ts'

/** What `--for` names: where the token is to be sent. */
export interface Destination {
  /** For a login that it would take first. Throws `usage` where the token may not go there. */
  readonly checkLogin: LoginCheck
  /** Throws `usage` where the token of `record` may not go there. */
  check(ports: Ports, record: SessionRecord): Promise<void>
}

/** Throws `usage` for what is not a whole URL of HTTP. */
export function readDestination(text: string): Destination {
  const url = readPlainUrl(text)
  if (url === undefined) throw new ToknError('usage', words.commands.notADestination())
  return {
    checkLogin: ({ origins }, profile) => checkOrigin({ origins, profileId: profile.id }, url),
    check: async (ports, record) => await checkOrigins(ports, record, [url]),
  }
}
