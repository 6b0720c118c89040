import { isToknError } from '../core/errors.ts'
import { readClaims, type Claims } from '../core/jwt.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { Provider } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import { Secret } from '../core/secret.ts'
import type { Introspection, TokenInfo, TokenSet } from '../core/token.ts'
import { unknownExpiry } from '../core/expiry.ts'
import { words } from '../messages/words.ts'
import type { Session } from './session.ts'
import { readBudget, type BudgetUse } from './budget.ts'
import { callWithToken, type Call } from './call.ts'
import { describeListed, withKnownExpiries } from './listed-token.ts'
import { knownOf } from './fleet/known.ts'
import { fleetOfReader } from './fleet/reader.ts'
import { rememberEnd, rememberRefusal, withLoginAnew } from './heard-end.ts'
import { isUntimely } from './moment.ts'
import { acceptToken } from './rejection/reject.ts'
import { rememberRenewalEnd } from './renewal-end.ts'
import { findRenewed, type Renewed } from './renewed-by.ts'
import { isUnrestricted } from './scopes.ts'

/** What is known of a session, each part by who says so. */
export interface SessionInfo {
  readonly record: SessionRecord
  /** It was made in the future: the clock was set since, and its times are not known. */
  readonly untimely: boolean
  readonly provider: Provider
  /** What the provider says; absent where it was not asked or has no way to be. */
  readonly remote?: Introspection | undefined
  /** Why nothing is known of the provider, where it was not asked or did not say. */
  readonly notAsked?: string | undefined
  /** Whether it was asked, though nothing is known. */
  readonly asked?: boolean | undefined
  /** What the token says of itself; nobody has checked it here. */
  readonly claims?: Claims | undefined
  readonly budget: readonly BudgetUse[]
  /** Whether the token may do all that its user may; `undefined` where that is not known. */
  readonly unrestricted?: boolean | undefined
  readonly renewed: Renewed
  /** Names of what is kept beside the access token: fields of the login, and `refresh_token`. */
  readonly kept: readonly string[]
}

/** Asks the provider about the token where it can be asked; else gives what is known here. */
export async function inspect(
  session: Session,
  options: { readonly local: boolean },
): Promise<SessionInfo> {
  const provider = await session.provider()
  const asked: Asked = options.local
    ? { notAsked: words.session.notAsked(), asked: false }
    : await askProvider(session, provider)
  const stored = asked.record ?? (await session.readRecord())
  await rememberRenewalEnd(session, provider, stored, asked.remote?.refresh)
  const isReader = (await fleetOfReader(session)) !== undefined
  const untimely = isUntimely(stored, session.ports.clock.now())
  const whole = isReader ? withWhatIsKept(stored, await knownOf(session)) : stored
  const record = untimely ? { ...whole, expiry: unknownExpiry, refreshExpiry: undefined } : whole
  return {
    record,
    untimely,
    provider,
    remote: asked.remote,
    notAsked: asked.notAsked ?? whyUnanswered(provider, asked.remote),
    asked: asked.asked ?? asked.remote?.asked ?? asked.remote?.answered !== false,
    claims: readClaims(record.access.reveal()),
    // What is left of a number is sealed for refreshers.
    budget: isReader ? [] : await readBudget(session, provider, record),
    unrestricted: unrestrictedOf(provider, record, asked.remote),
    renewed: await findRenewed(session, provider, record),
    kept: keptWith(provider, record),
  }
}

/** What a reader does not see is kept all the same: without values. */
function withWhatIsKept(record: SessionRecord, known: IndexEntry | undefined): SessionRecord {
  const { refreshKept, credentialsKept } = known ?? {}
  return {
    ...record,
    refresh: refreshKept === true ? new Secret('') : record.refresh,
    credentials: credentialsKept === true ? {} : record.credentials,
  }
}

/** What is kept, without which a refresh token is useless, and what a login was made with. */
function keptWith(
  { proofs = [], clientSecrets = [] }: Pick<Provider, 'proofs' | 'clientSecrets'>,
  { refresh, context, credentials = {} }: SessionRecord,
): readonly string[] {
  const beside = [...proofs, ...clientSecrets].filter((name) => context[name] !== undefined)
  return [
    ...(refresh === undefined ? [] : ['refresh_token']),
    ...new Set([...beside, ...Object.keys(credentials)]),
  ]
}

/** By what the provider says; else by what a login of our own asked for. */
function unrestrictedOf(
  provider: Provider,
  record: SessionRecord,
  remote: Introspection | undefined,
): boolean | undefined {
  const said =
    remote !== undefined && remote.answered !== false && remote.facts['listed'] === undefined
  const scopes = remote?.scopes ?? record.scopes
  const known = said || record.fixed !== true || (scopes?.length ?? 0) > 0
  return known ? isUnrestricted(provider, scopes) : undefined
}

interface Asked {
  readonly record?: SessionRecord
  readonly remote?: Introspection | undefined
  readonly notAsked?: string
  readonly asked?: boolean
}

async function askProvider(session: Session, provider: Provider): Promise<Asked> {
  if (provider.info === undefined && provider.list === undefined) {
    const notAsked = provider.why.info ?? words.session.unsupported(provider.title, 'info')
    return { notAsked, asked: false }
  }
  let sent: SessionRecord | undefined
  try {
    return await callWithToken(session, 'info', async (call) => {
      const { record } = call
      sent = record
      const remote = await askAbout(call)
      if (remote.active === false) await rememberEnd(session, record, words.check.saidInactive())
      else if (remote.answered !== false && remote.uncertain !== true) {
        await acceptToken(session, record.generation)
      }
      return { record, remote }
    })
  } catch (error) {
    if (sent !== undefined) await rememberRefusal(session, sent, error)
    // A token whose scopes do not reach so far is still a token worth telling about.
    if (isToknError(error, 'forbidden')) {
      return { notAsked: error.message, asked: error.details.http !== undefined }
    }
    throw sent === undefined ? error : withLoginAnew(error, session, sent)
  }
}

/** A token that a provider is asked about. */
type AskedToken = Pick<Call, 'provider' | 'reach'> & { readonly record: TokenSet }

/** What the provider says of a token, by its own way to ask or by its list. */
export async function askAbout(call: AskedToken): Promise<Introspection> {
  return call.provider.info === undefined
    ? describeListed(await findInList(call))
    : withKnownExpiries(await call.provider.info(call.reach, call.record))
}

async function findInList({ provider, reach, record }: AskedToken): Promise<readonly TokenInfo[]> {
  const keep = (page: readonly TokenInfo[]) => page.filter((token) => token.id === record.id)
  // Without an id nothing is found on any page: the first shows that the token is accepted.
  const isEnough = () => record.id === undefined
  return (await provider.list?.(reach, record, { keep, isEnough })) ?? []
}

/** Why the provider was asked about the token and said nothing. */
function whyUnanswered(provider: Provider, remote: Introspection | undefined): string | undefined {
  if (remote?.answered !== false) return undefined
  return provider.info === undefined
    ? words.session.notInList(provider.title)
    : words.session.saysNothing(provider.title)
}
