import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { isFromEnvironment } from '../../session/naming.ts'
import type { Session } from '../../session/session.ts'
import { replyOf } from './replies.ts'

/** Longest list of scopes that is offered to be typed, in characters. */
const longest = 1_000

/**
 * What an answer asks for that refuses a token for its scopes (RFC 6750 section 3.1), with the login
 * that gets them besides those of `record`. `undefined` where the answer says nothing of the kind, or
 * words that a shell would read.
 */
export function stepUp(
  { profile }: Pick<Session, 'profile'>,
  { scopes: held = [] }: Pick<SessionRecord, 'scopes'>,
  head: string,
): string | undefined {
  const { status, headers } = replyOf(head)
  if (status !== 403 || isFromEnvironment(profile)) return undefined
  const challenge = headers.find(
    ([name, value]) =>
      name === 'www-authenticate' && /\berror\s*=\s*"?insufficient_scope\b/i.test(value),
  )?.[1]
  const asked = /(?:^|[\s,])scope\s*=\s*"([^"]*)"/i.exec(challenge ?? '')?.[1] ?? ''
  const lacking = asked.split(' ').filter((scope) => scope !== '' && !held.includes(scope))
  const all = [...new Set([...held, ...lacking])]
  const isPlain = all.every((scope) => /^\w[\w@%+=:,./-]*$/.test(scope))
  if (lacking.length === 0 || !isPlain || all.join(' ').length > longest) return undefined
  return words.curl.wantsScopes(lacking.join(' '), profile.name, all.join(' '))
}
