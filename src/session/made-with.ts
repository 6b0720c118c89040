import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { digestOf, isDigestOf } from '../core/secret-digest.ts'
import type { Ports } from './ports.ts'

type Secrets = Readonly<Record<string, Secret>>

/**
 * What the client of a login proved itself with: digests of these secrets, by name, so that the secret
 * of another client is never sent to its server. `undefined` for an API whose logins have none.
 */
export function madeWith(
  { randomId }: Pick<Ports, 'randomId'>,
  { clientSecrets }: Pick<Provider, 'clientSecrets'>,
  secrets: Secrets,
): SessionRecord['madeWith'] {
  if (clientSecrets === undefined) return undefined
  const used = Object.entries(secrets).filter(([name]) => clientSecrets.includes(name))
  return Object.fromEntries(used.map(([name, one]) => [name, digestOf(randomId(), name, one)]))
}

/**
 * The secrets of variables that may be sent for a session: a variable is there for all profiles. What
 * the session holds itself is not given anew, and of a client it is the one that made the session.
 */
export function ownSecrets(
  { clientSecrets = [] }: Pick<Provider, 'clientSecrets'>,
  { context, madeWith: known }: Pick<SessionRecord, 'context' | 'madeWith'>,
  given: Secrets,
): Secrets {
  const own = Object.entries(given).filter(([name, secret]) => {
    if (!clientSecrets.includes(name)) return true
    if (name in context) return false
    return known === undefined || isDigestOf(known[name] ?? '', name, secret)
  })
  return Object.fromEntries(own)
}
