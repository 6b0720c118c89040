import type { ServerMetadata } from 'openid-client'
import type { AskedFor } from '../replies/refusal-reply.ts'
import type { Flow } from '../settings/flow.ts'

/** What a flow presents for a token, where a user can have got that wrong. */
export const presentedBy: Partial<Record<Flow, AskedFor['presented']>> = {
  password: 'password',
  jwt: 'assertion',
  exchange: 'subject-token',
  ci: 'ci-token',
}

/** Of OpenID Connect: about a person, and of no use to the client itself. */
const ofPerson: ReadonlySet<string> = new Set([
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
])

/** A few of the scopes that a server lists, such as can be typed as they are; the likely ones first. */
export function listedScopes(server: ServerMetadata, flow: Flow): readonly string[] {
  const listed: unknown = server.scopes_supported
  if (!Array.isArray(listed)) return []
  const typeable = listed.filter(
    (one): one is string => typeof one === 'string' && /^[\w][\w.:/-]{0,79}$/.test(one),
  )
  const scopes = [...new Set(typeable)]
  const isLikely = (scope: string) => flow !== 'client' || !ofPerson.has(scope)
  const likely = scopes.filter(isLikely)
  return [...likely, ...scopes.filter((scope) => !isLikely(scope))].slice(0, 6)
}
