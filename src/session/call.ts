import { isToknError, ToknError } from '../core/errors.ts'
import type { Operation, Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { collectAnswers } from './login/answers.ts'
import { ownSecrets } from './made-with.ts'
import { isElsewhere, namedIn } from './other-server.ts'
import { checkProvider } from './stored-record.ts'
import { withNamedHints, withName } from './naming.ts'
import { givenAnswers, knownAnswers, talk, within } from './reach.ts'
import { refuseReader } from './fleet/reader.ts'
import { replaceRejected } from './replace-rejected.ts'
import { refuseMissingScope, withNeededScope } from './scopes.ts'

/** What an operation of a provider is called with. */
export interface Call {
  readonly session: Session
  readonly provider: Provider
  readonly reach: Reach
  readonly record: SessionRecord
}

/** What a token is used for. Of the scopes that can be asked for, nobody knows which scope it takes. */
type Use = Operation | 'scopes'

/**
 * Runs `operate` with a good token. A token that the provider refuses, though its time is not up,
 * is refreshed once, unless it was fresh already; with `never`, nothing is refreshed.
 */
export async function callWithToken<Result>(
  session: Session,
  use: Use,
  operate: (call: Call) => Promise<Result>,
  refresh: 'auto' | 'never' = 'auto',
): Promise<Result> {
  const provider = await session.provider()
  const run = async (record: SessionRecord) => {
    checkProvider(record, session.profile, provider)
    if (use !== 'scopes') refuseMissingScope(session, provider, record, use)
    const reach = await reachFor(session, provider, record, use === 'scopes' ? 'list' : use)
    return await operate({ session, provider, reach, record })
  }
  const explained = (error: unknown, record: SessionRecord) =>
    use === 'scopes' ? error : withNeededScope(error, session, provider, record, use)
  const first = await session.fresh({ refresh })
  const sentAt = session.ports.clock.now()
  try {
    const result = await run(first.record)
    await noteUse(session, provider, first.record, sentAt)
    return result
  } catch (error) {
    await refuseWithoutRest(session, provider, error)
    const dead = isToknError(error, 'reauth_required') && error.details.http?.status !== undefined
    if (!dead || refresh === 'never' || first.refreshed || first.record.refresh === undefined) {
      throw withName(explained(error, first.record), session)
    }
    const second = await replaceRejected(session, first.record)
    return await withNamedHints(session, async () => {
      try {
        return await run(second.record)
      } catch (again) {
        throw explained(again, second.record)
      }
    })
  }
}

/** A refresh token that is not seen from here is none that the session lacks. Throws `forbidden`. */
async function refuseWithoutRest(
  session: Session,
  { title }: Provider,
  error: unknown,
): Promise<void> {
  const isLacking = isToknError(error, 'reauth_required') && error.details.sent === false
  if (!isLacking) return
  await refuseReader(session, 'ask')
  if (session.ports.restIsUntold !== true) return
  throw new ToknError('forbidden', words.session.restIsUntold(title), { sent: false })
}

/** Notes that the API has taken the token of `record` at `usedAt`, where that prolongs the session. */
export async function noteUse(
  session: Session,
  { traits }: Provider,
  record: SessionRecord,
  usedAt: number,
): Promise<void> {
  if (traits?.sliding === true) await session.prolong(record, usedAt)
}

/** What `operation` may use: the answers known, and those that the provider asks for again. */
export async function reachFor(
  session: Session,
  provider: Provider,
  record: SessionRecord,
  operation: Operation,
): Promise<Reach> {
  const { ports } = session
  const kept = knownAnswers(session, provider, record)
  const names = provider.asks?.[operation] ?? []
  // Only a login asks for what may be left out.
  const asked = provider.fields
    .filter(({ name }) => names.includes(name))
    .map((field) => ({ ...field, askUnless: undefined }))
  const given =
    asked.length === 0
      ? { settings: {}, secrets: {} }
      : await collectAnswers(asked, {
          set: {},
          secrets: {},
          kept,
          ...(await sourcesFor(session, provider)),
        })
  const secrets = ownSecrets(provider, record, given.secrets)
  const talking = talk(ports)
  return {
    http: within(await session.http(), talking.timeLeft),
    ...talking,
    answers: { ...kept, ...givenAnswers(ports, provider, given, { ...given, secrets }) },
  }
}

/** Where answers come from: not from variables that are about another server than the session's. */
async function sourcesFor(
  { ports, profile }: Session,
  { fields }: Provider,
): Promise<Awaited<ReturnType<Session['ports']['answerSources']>>> {
  const sources = await ports.answerSources()
  const named = namedIn(fields, {}, sources.fromEnvironment)
  if (!isElsewhere(fields, profile, named)) return sources
  return { ...sources, fromEnvironment: () => undefined }
}

/** The error for an operation that an API does not have: where the user can do it instead. */
export function unsupported(provider: Provider, operation: Operation): ToknError {
  const why = provider.why[operation] ?? words.session.unsupported(provider.title, operation)
  return new ToknError('unsupported', why, { hint: `tokn provider show ${provider.id}` })
}

/** Throws `unsupported` for a provider that has no such operation. */
export function requireOperation(operation: Operation): (provider: Provider) => void {
  return (provider) => {
    if (provider[operation] === undefined) throw unsupported(provider, operation)
  }
}
