import { openSession } from '../session.ts'
import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import { claimedExpiry, readClaims } from '../../core/jwt.ts'
import { isGood, neverExpires, unknownExpiry, type Expiry } from '../../core/expiry.ts'
import type { Http, Interaction } from '../../core/ports.ts'
import { bindingOf, type Profile } from '../../core/profile.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import { serializeRecord, type SessionRecord } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import { checkGivenToken, type Grant, type TokenSet } from '../../core/token.ts'
import { checkLoginAnswers, type Answers } from './answers.ts'
import { forgetRefreshes, spendBudget } from '../budget.ts'
import { openMark, type OpenMark } from '../unfinished/open.ts'
import { sweepUnsent } from '../unfinished/sweep.ts'
import { watchRequests } from '../unfinished/watch.ts'
import { thisMoment } from '../moment.ts'
import { withName } from '../named-hint.ts'
import { eraseEntry, formerStore, place, type Placed } from './save-session.ts'
import type { Ports } from '../ports.ts'
import { proveStorage } from './check-storage.ts'
import { fileSecrets, talk } from '../reach.ts'

export interface LoginRequest {
  /** As it is to be stored; its settings are already those of `answers`. */
  readonly profile: Profile
  readonly provider: Provider
  readonly answers: Answers
  readonly grant: Grant
  /** Keep the secret answers, so that an expired session can log in again unattended. */
  readonly remember: boolean
  /** A token made elsewhere, instead of a login. */
  readonly pasted?: Secret | undefined
  /** Spend the last unit of a budget. */
  readonly force: boolean
  readonly interaction?: Interaction | undefined
}

/** Logs in and makes the record, without storing anything. `over` is laid over the way out. */
export async function authenticate(
  ports: Ports,
  request: LoginRequest,
  over: (http: Http) => Http = (http) => http,
): Promise<SessionRecord> {
  const { profile, provider, answers, grant } = request
  provider.checkGrant(grant)
  const all: Reach['answers'] = {
    ...answers.settings,
    ...fileSecrets(ports, provider, profile.settings),
    ...answers.secrets,
  }
  const { refreshUnreadable: _, ...tokens } = request.pasted
    ? pasteOrWarn(ports, provider, request.pasted)
    : await logInto(ports, request, all, over)
  return {
    ...tokens,
    v: 1,
    profileId: profile.id,
    generation: 1,
    provider: provider.id,
    binding: bindingOf(profile),
    definition: provider.digest,
    origins: provider.origins,
    attach: provider.attach(tokens, all),
    ...thisMoment(ports.clock),
    grant,
    scopes: tokens.scopes ?? grant.scopes,
    name: tokens.name ?? grant.name,
    credentials: request.remember ? answers.secrets : undefined,
    fixed: request.pasted ? true : undefined,
  }
}

/**
 * Logs in and keeps the session and its profile, which may have been renamed meanwhile; a session
 * that was held before is replaced. Whatever must be writable is proven so before anything is spent,
 * and a mark says to `tokn doctor` what a kill between the request and the store has left; the lock
 * is held for the writing alone, since a person may take minutes over the rest.
 */
export async function login(ports: Ports, request: LoginRequest): Promise<Placed> {
  const { profile, provider } = request
  const store = await ports.store(profile.store)
  await store.sealingKey()
  // It would be gone with this process; a profile of it would only be in the way.
  if (!ports.stores.traits(profile.store).outlivesProcess)
    return { profile, record: await authenticate(ports, request) }
  await sweepUnsent(ports)
  const former = formerStore(ports, profile)
  const origin = provider.origins[0] ?? ''
  const mark = await openMark(ports, {
    kind: 'login',
    store: profile.store,
    origin,
    profile,
    former,
  })
  const record = await spend(ports, request, mark)
  const kept = await keepIn(mark, record)
  const placed = await placeOrTell(ports, request, record, kept)
  if (await leave(ports, placed)) mark.remove()
  return placed
}

async function spend(ports: Ports, request: LoginRequest, mark: OpenMark): Promise<SessionRecord> {
  let sent = false
  const watch = watchRequests(ports.clock, () => {
    if (!sent) mark.note({ sent: true })
    sent = true
  })
  try {
    await proveStorage(openSession(ports, request.profile))
    return await authenticate(ports, request, watch.over)
  } catch (error) {
    // Where an answer was lost, or could not be read, the provider may hold a session all the same.
    if (!watch.mayHaveMade()) mark.remove()
    throw withName(error, request.profile)
  }
}

/** Whether the session is sealed in the mark; where it is not, the store is the place left for it. */
async function keepIn(mark: OpenMark, record: SessionRecord): Promise<boolean> {
  try {
    await mark.keep(serializeRecord(record))
    return true
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    return false
  }
}

async function placeOrTell(
  ports: Ports,
  { profile, pasted }: LoginRequest,
  record: SessionRecord,
  kept: boolean,
): Promise<Placed> {
  try {
    return await place(ports, profile, record, {
      reason: pasted ? 'imported' : 'login',
      adopt: true,
    })
  } catch (error) {
    if (!isFailure(error)) throw error
    throw new ToknError(
      error.code === 'usage' ? 'store' : error.code,
      kept
        ? `the login was made, but its session could not be stored yet: ${error.message}`
        : `the login was made, and its session is lost, for it could be stored nowhere: ${error.message}`,
      { ...error.details, hint: kept ? 'tokn doctor --fix' : `tokn login ${profile.name}` },
    )
  }
}

/** Erases what another store held of the session before; whether that is done. */
async function leave(ports: Ports, { profile, former }: Placed): Promise<boolean> {
  if (former === undefined) return true
  try {
    await eraseEntry(openSession(ports, profile), former)
    return true
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(
      `the ${former} store still has the session before this one: ${error.message}; once it can be reached: tokn doctor --fix`,
    )
    return false
  }
}

async function logInto(
  ports: Ports,
  { profile, provider, grant, force, interaction }: LoginRequest,
  answers: Reach['answers'],
  over: (http: Http) => Http,
): Promise<TokenSet> {
  if (provider.login === undefined) {
    throw new ToknError('unsupported', provider.why.login ?? `${provider.title} has no login`, {
      hint: `paste a token made elsewhere: tokn login ${profile.name} --with-token`,
    })
  }
  checkLoginAnswers(provider, answers)
  await spendBudget(openSession(ports, profile), provider, undefined, 'logins', force)
  const http = over(await ports.http(profile))
  const tokens = await provider.login({ http, answers, interaction, ...talk(ports) }, grant)
  await forgetRefreshes(openSession(ports, profile), provider)
  return tokens
}

function pasteOrWarn(ports: Ports, provider: Provider, access: Secret): TokenSet {
  const tokens = paste(provider, access)
  if (!isGood(tokens.expiry, ports.clock.now(), 0)) {
    ports.warn('the token given has expired already, by what it says')
  }
  return tokens
}

function paste(provider: Provider, access: Secret): TokenSet {
  if (provider.pasted === undefined) {
    throw new ToknError('unsupported', `${provider.title} has no tokens that are made elsewhere`, {
      hint: 'log in without --with-token',
    })
  }
  checkGivenToken(access)
  const jti = readClaims(access.reveal())?.['jti']
  return {
    access,
    expiry: pastedExpiry(provider.pasted.expiry, access),
    id: typeof jti === 'string' ? jti : undefined,
    context: {},
  }
}

function pastedExpiry(kind: 'never' | 'unknown' | 'jwt', access: Secret): Expiry {
  if (kind === 'jwt') return claimedExpiry(access.reveal())
  return kind === 'never' ? neverExpires : unknownExpiry
}
