import type { Session } from './session.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { Operation, Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { collectAnswers } from './login/answers.ts'
import { fresh } from './fresh.ts'
import { checkProvider } from './stored-record.ts'
import { naming, withName } from './named-hint.ts'
import { fileSecrets, knownAnswers, talk, within } from './reach.ts'
import { refuseLack } from './scopes.ts'

/** What an operation of a provider is called with. */
export interface Call {
  readonly profile: Profile
  readonly provider: Provider
  readonly reach: Reach
  readonly record: SessionRecord
}

/**
 * Runs `operate` with a good token. A token that the provider refuses, though its time is not up,
 * is refreshed once, unless it was fresh already; with `never`, nothing is refreshed.
 */
export async function callWithToken<Result>(
  session: Session,
  operation: Operation,
  operate: (call: Call) => Promise<Result>,
  refresh: 'auto' | 'never' = 'auto',
): Promise<Result> {
  const { ports, profile } = session
  const provider = await ports.provider(profile)
  const run = async (record: SessionRecord) => {
    checkProvider(record, profile, provider)
    refuseLack(profile, provider, record, operation)
    const reach = await reachFor(session, provider, record, operation)
    return await operate({ profile, provider, reach, record })
  }
  const first = await fresh(session, { refresh })
  try {
    return await run(first.record)
  } catch (error) {
    const dead = isToknError(error, 'reauth_required') && error.details.http?.status !== undefined
    if (!dead || refresh === 'never' || first.refreshed || first.record.refresh === undefined) {
      throw withName(error, profile)
    }
    const second = await fresh(session, { refresh: 'force', reason: 'rejected' })
    return await naming(profile, async () => await run(second.record))
  }
}

/** What `operation` may use: the answers known, and those that the provider wants anew for it. */
export async function reachFor(
  session: Session,
  provider: Provider,
  record: SessionRecord,
  operation: Operation,
): Promise<Reach> {
  const { ports, profile } = session
  const kept = knownAnswers(session, provider, record)
  const wanted = provider.asks?.[operation] ?? []
  const asked = provider.fields.filter(({ name }) => wanted.includes(name))
  const { settings, secrets } =
    asked.length === 0
      ? { settings: {}, secrets: {} }
      : await collectAnswers(asked, { set: {}, secrets: {}, kept, ...(await ports.questions()) })
  const files = fileSecrets(ports, provider, settings)
  const talking = talk(ports)
  return {
    http: within(await ports.http(profile), talking.timeLeft),
    ...talking,
    answers: { ...kept, ...settings, ...files, ...secrets },
  }
}

/** The error for an operation that an API does not have: where the user can do it instead. */
export function unsupported(provider: Provider, operation: Operation): ToknError {
  const why = provider.why[operation] ?? `${provider.title} has no way to ${verbs[operation]}`
  return new ToknError('unsupported', why, { hint: `tokn provider show ${provider.id}` })
}

/** Throws `unsupported` for a provider that has no such operation. */
export function requireOperation(operation: Operation): (provider: Provider) => void {
  return (provider) => {
    if (provider[operation] === undefined) throw unsupported(provider, operation)
  }
}

const verbs: Readonly<Record<Operation, string>> = {
  login: 'log in',
  refresh: 'refresh a token',
  issue: 'issue a token',
  list: 'list tokens',
  revoke: 'revoke a token',
  info: 'ask about a token',
  logout: 'end a session',
}
