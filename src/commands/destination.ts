import { ToknError } from '../core/errors.ts'
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
  const url = readUrl(text)
  return {
    checkLogin: ({ origins }, profile) => checkOrigin({ origins, profileId: profile.id }, url),
    check: async (ports, record) => await checkOrigins(ports, record, [url]),
  }
}

function readUrl(text: string): URL {
  // A URL parser reads a backslash as a slash, and drops line breaks: others would see another host.
  const plain = /^https?:\/\/[^\s\\\u0000-\u001f\u007f]+$/i.test(text) && text.length <= 8_192
  if (plain && URL.canParse(text)) return new URL(text)
  throw new ToknError('usage', words.commands.notADestination())
}
