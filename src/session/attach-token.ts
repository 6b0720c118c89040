import { ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import { fillAccess, type Attachment } from '../core/token.ts'
import type { Secret } from '../core/secret.ts'
import { isFromEnvironment } from './naming.ts'

/** A token ready to travel: names and values, secrets filled in. */
export interface Carried {
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly cookies: ReadonlyArray<readonly [string, string]>
}

/** How the token of a session travels with a request to its API. */
export function carry({ attach, access }: { attach: Attachment; access: Secret }): Carried {
  return {
    headers: fillAccess(attach.headers, access),
    query: fillAccess(attach.query, access),
    cookies: fillAccess(attach.cookies, access),
  }
}

/** The headers, with cookies as one of them. */
export function headerLines(carried: Carried): ReadonlyArray<readonly [string, string]> {
  if (carried.cookies.length === 0) return carried.headers
  const cookie = carried.cookies.map(([name, value]) => `${name}=${value}`).join('; ')
  return [...carried.headers, ['Cookie', cookie]]
}

/** `a=b&c=d`, percent-encoded. */
export function queryText(carried: Carried): string {
  return carried.query
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
}

/** Throws `usage` unless `url` is at an origin that the session may send its token to. */
export function checkOrigin(record: Pick<SessionRecord, 'origins' | 'profileId'>, url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw new ToknError('usage', 'the token does not go to a URL with a user or password in it')
  }
  if (record.origins.includes(url.origin)) return
  const how = isFromEnvironment({ id: record.profileId }) ? 'TOKN_API_URL' : 'tokn login --api-url'
  throw new ToknError('usage', `the token does not go to ${url.origin}`, {
    hint:
      record.origins.length === 0
        ? `where it may go has not been said: ${how}`
        : `its session is bound to: ${record.origins.join(', ')}; bind another with ${how}`,
  })
}
