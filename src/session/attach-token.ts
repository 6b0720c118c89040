import { fillAccess } from '../core/fill-access.ts'
import type { Attachment } from '../core/token.ts'
import type { Secret } from '../core/secret.ts'

/** A token ready to travel: names and values, secrets filled in. */
export interface AttachedToken {
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly cookies: ReadonlyArray<readonly [string, string]>
}

/** How the token of a session travels with a request to its API. */
export function attachToken({
  attach,
  access,
}: {
  attach: Attachment
  access: Pick<Secret, 'reveal'>
}): AttachedToken {
  return {
    headers: fillAccess(attach.headers, access),
    query: fillAccess(attach.query, access),
    cookies: fillAccess(attach.cookies, access),
  }
}

/** The headers, with cookies as one of them. */
export function headerLines(attached: AttachedToken): ReadonlyArray<readonly [string, string]> {
  if (attached.cookies.length === 0) return attached.headers
  const cookie = attached.cookies.map(([name, value]) => `${name}=${value}`).join('; ')
  return [...attached.headers, ['Cookie', cookie]]
}

/** `a=b&c=d`, percent-encoded. */
export function queryText(attached: AttachedToken): string {
  return attached.query
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
}
