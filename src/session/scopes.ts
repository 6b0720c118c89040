import { inWords } from '../core/duration.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import type { Operation, Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { quoteWord } from '../core/quoting.ts'
import { display } from '../core/text.ts'
import { words } from '../messages/words.ts'
import { isFromEnvironment, sessionInWords, tokenInWords, type Named } from './naming.ts'

/** Something that a session cannot do, because it lacks a scope. */
interface Lack {
  readonly operation: Operation
  readonly scope: string
}

const checked: readonly Operation[] = ['issue', 'list', 'revoke', 'refresh']

/** Whether a provider has a field for the scopes of a login, which it reads by a rule of its own. */
export function takesScope({ fields }: Pick<Provider, 'fields'>): boolean {
  return fields.some(({ name }) => name === 'scope')
}

/** What tokens with `scopes` will not be able to do, though their API can. */
function missingScopes(provider: Provider, scopes: readonly string[] | undefined): readonly Lack[] {
  return checked.flatMap((operation) => {
    const scope = missingScope(provider, operation, scopes)
    return scope === undefined ? [] : [{ operation, scope }]
  })
}

/** What a session will not be able to do, for a warning at its login; `undefined` for nothing. */
export function describeMissingScopes(
  session: Named,
  provider: Provider,
  record: SessionRecord,
): string | undefined {
  const lacks = missingScopes(provider, record.scopes)
  if (lacks.length === 0) return undefined
  const scopes = [...new Set(lacks.map(({ scope }) => scope))]
  const parts = scopes.map((scope) => {
    const those = lacks.filter((lack) => lack.scope === scope)
    return { operations: those.map(({ operation }) => operation), scope: display(scope, 80) }
  })
  const login = widerLogin(session, record, scopes)
  return words.session.limitedSession(sessionInWords(session), parts, login)
}

/**
 * Throws `forbidden`, before anything is sent, where it is known that the held token has not the
 * scope that an operation needs.
 */
export function refuseMissingScope(
  session: Named,
  provider: Provider,
  record: SessionRecord,
  operation: Operation,
): void {
  const scope = missingScope(provider, operation, record.scopes)
  if (scope === undefined) return
  throw new ToknError(
    'forbidden',
    words.session.lacksScope(tokenInWords(session), operation, display(scope, 80)),
    { hint: widerLogin(session, record, [scope]), refusal: 'forbidden', sent: false },
  )
}

/**
 * `error` with the scope that `operation` takes in its hint, where the API forbade it and says no
 * more: which scopes a token has is not always known before, nor what its user may do.
 */
export function withNeededScope(
  error: unknown,
  session: Named,
  provider: Provider,
  record: SessionRecord,
  operation: Operation,
): unknown {
  if (!isToknError(error, 'forbidden')) return error
  const needed = provider.needs?.[standInOf(provider, operation) ?? operation]
  if (error.details.http === undefined || error.hint !== undefined || needed === undefined) {
    return error
  }
  const { scopes } = record
  const shown = scopes?.map((scope) => display(scope, 80))
  const token = tokenInWords(session)
  const said = words.session.takesScope(operation, display(needed, 80), token, shown)
  const login =
    scopes === undefined || scopes.length === 0 || scopes.includes(needed)
      ? []
      : [widerLogin(session, record, [needed])]
  const { code, message, details } = error
  return new ToknError(code, message, { ...details, hint: [said, ...login], cause: error })
}

/** The login that has the same scopes and `further` ones. */
export function widerLogin(
  session: Named,
  { scopes = [], grant }: Pick<SessionRecord, 'scopes' | 'grant'>,
  further: readonly string[],
): string {
  const all = [...new Set([...scopes, ...further])]
  if (isFromEnvironment(session)) return words.session.widerToken(all.join(', '))
  const life = grant?.lifetime === undefined ? '' : ` --expires-in "${inWords(grant.lifetime)}"`
  return `tokn login ${session.name}${life}${all.map((scope) => ` --scope ${quoteWord(scope)}`).join('')}`
}

/**
 * The scope that tokens with `scopes` lack for an operation, as far as is known. Where an API has no
 * operation of its own for it, another one does the work.
 */
export function missingScope(
  provider: Provider,
  operation: Operation,
  scopes: readonly string[] | undefined,
): string | undefined {
  const stands = standInOf(provider, operation)
  return stands === undefined || provider[stands] === undefined
    ? undefined
    : provider.lacks?.(stands, scopes)
}

function standInOf(provider: Provider, operation: Operation): Operation | undefined {
  return provider[operation] === undefined ? standIns[operation]?.(provider) : operation
}

const standIns: Partial<Record<Operation, (provider: Provider) => Operation | undefined>> = {
  info: () => 'list',
  logout: () => 'revoke',
  refresh: ({ rotation }) => (rotation === 'reissue' ? 'issue' : undefined),
}

/**
 * Whether a token that the provider lists with these scopes may do all that its user may; `undefined`
 * where the provider does not say what no scopes mean.
 */
export function isUnrestricted(
  { traits }: Pick<Provider, 'traits'>,
  scopes: readonly string[] | undefined,
): boolean | undefined {
  if (scopes !== undefined && scopes.length > 0) return false
  return traits?.scopes?.unscoped === 'all' ? true : undefined
}
