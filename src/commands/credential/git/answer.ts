import { carriageOf, userAndPassword } from '../../../session/carriage.ts'
import type { GivenToken } from '../protocol.ts'
import type { GitAttributes } from './attributes.ts'

/** What both git and this have to know for certain attributes to be said. */
export const capabilities = ['authtype', 'state'] as const

/**
 * The lines that tell git of a token; `undefined` where the git that asks has no way to send it. A
 * header as it is (`authtype`) goes only to a git that announces that it knows it, and not to a server
 * that wants Basic and no other scheme of ours.
 */
export function answerLines(
  given: GivenToken,
  { single, lists }: GitAttributes,
): readonly string[] | undefined {
  const announced = lists.get('capability') ?? []
  const known = capabilities.filter((name) => announced.includes(name))
  const lines = known.map((name) => `capability[]=${name}`)
  const expiry =
    given.expiresAt === undefined
      ? []
      : [`password_expiry_utc=${Math.floor(given.expiresAt / 1_000)}`]
  const authorization = carriageOf(given.record)
  const pair = userAndPassword(authorization, given.access.reveal(), single.get('username'))
  const asIs =
    known.includes('authtype') &&
    authorization !== undefined &&
    authorization.scheme.toLowerCase() !== 'basic' &&
    (pair === undefined || !wantsBasic(lists.get('wwwauth') ?? [], authorization.scheme))
  if (asIs) {
    const { scheme, value } = authorization
    return [...lines, `authtype=${scheme}`, `credential=${value}`, 'ephemeral=1', ...expiry]
  }
  if (pair === undefined) return undefined
  return [...lines, `username=${pair.username}`, `password=${pair.password}`, ...expiry]
}

/** Whether a server has asked for Basic, and not for `scheme`. */
function wantsBasic(challenges: readonly string[], scheme: string): boolean {
  const schemes = new Set(challenges.flatMap(schemesOf))
  return schemes.has('basic') && !schemes.has(scheme.toLowerCase())
}

/** The schemes of one `WWW-Authenticate` header, which may have several (RFC 9110, section 11.6.1). */
function schemesOf(challenge: string): readonly string[] {
  const bare = challenge.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  return bare.split(',').flatMap((part) => {
    const [, scheme] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s+[^\s=]|\s*$)/.exec(part) ?? []
    return scheme === undefined ? [] : [scheme.toLowerCase()]
  })
}
