import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { Http, Interaction } from '../../core/ports.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import { serializeRecord, type SessionRecord } from '../../core/record.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { checkLoginAnswers, type Answers } from './answers.ts'
import { askRenewalEnd } from '../ask-renewal-end.ts'
import { forgetRefreshes, spendBudget } from '../budget.ts'
import { firstRecord, issuerOf } from './first-record.ts'
import { openIntent, type OpenIntent } from '../unfinished/open-intent.ts'
import { sweepUnsent } from '../unfinished/sweep.ts'
import { watchRequests } from '../unfinished/watch.ts'
import { usualTokenName, withName } from '../naming.ts'
import { eraseEntry, formerStore, saveSession, type SavedSession } from '../save-session.ts'
import type { Session } from '../session.ts'
import { proveStorage } from '../check-storage.ts'
import { grantOfPasted, takePasted, type Pasted } from './pasted.ts'
import { givenAnswers, talk } from '../reach.ts'

/** A login; the settings of the profile are already those of `answers`. */
export interface LoginRequest {
  readonly provider: Provider
  readonly answers: Answers
  readonly grant: Grant
  /** Keep the secret answers, so that an expired session can log in again unattended. */
  readonly remember: boolean
  /** Tokens made elsewhere, instead of a login. */
  readonly pasted?: Pasted | undefined
  /** Spend the last unit of a budget. */
  readonly force: boolean
  readonly interaction?: Interaction | undefined
}

/** Logs in and makes the record, without storing anything. `over` is laid over the reach. */
export async function authenticate(
  session: Session,
  request: LoginRequest,
  over: (http: Http) => Http = (http) => http,
): Promise<SessionRecord> {
  const { ports, profile } = session
  const { provider, answers, grant } = request
  provider.checkGrant(grant)
  const all = givenAnswers(ports, provider, profile, answers)
  const { pasted } = request
  const tokens =
    pasted === undefined
      ? await logInto(session, request, all, over)
      : await takePasted(session, provider, pasted, all)
  return {
    ...firstRecord(ports, profile, issuerOf(provider, tokens, all), tokens),
    grant: pasted === undefined ? grant : grantOfPasted(provider, grant, tokens),
    scopes: tokens.scopes ?? grant.scopes,
    name: tokens.name ?? grant.name,
    credentials: request.remember ? answers.secrets : undefined,
    fixed: pasted === undefined ? undefined : true,
  }
}

/**
 * Logs in and keeps the session and its profile, which may have been renamed meanwhile; a session
 * that was held before is replaced. Whatever must be writable is tried before anything is spent,
 * and an intent in the journal says to `tokn doctor` what a kill between the request and the store has left; the lock
 * is held only for the writing, since a person may take minutes over the rest.
 */
export async function login(session: Session, request: LoginRequest): Promise<SavedSession> {
  const { ports, profile } = session
  const { provider } = request
  const store = await session.store()
  await store.sealingKey()
  // It would be gone with this process; a profile of it would only be in the way.
  if (!ports.stores.traits(profile.store).outlivesProcess)
    return { profile, record: await authenticate(session, request) }
  await sweepUnsent(session)
  const former = formerStore(session)
  const origin = provider.origins[0] ?? ''
  const intent = await openIntent(ports, {
    kind: 'login',
    store: profile.store,
    origin,
    profile,
    former,
  })
  const record = await spend(session, request, intent)
  const kept = await keepIn(intent, record)
  const saved = await saveOrTell(session, request, record, kept)
  const left = await leave(session, saved)
  if (left.done) intent.remove()
  await askRenewalEnd(session.of(saved.profile), saved.record)
  return { ...saved, replaced: saved.replaced ?? left.erased }
}

async function spend(
  session: Session,
  request: LoginRequest,
  intent: OpenIntent,
): Promise<SessionRecord> {
  let sent = false
  const watch = watchRequests(session.ports.clock, () => {
    if (!sent) intent.note({ sent: true })
    sent = true
  })
  try {
    await proveStorage(session)
    return await authenticate(session, request, watch.over)
  } catch (error) {
    // Where a reply was lost, or could not be read, the provider may hold a session.
    if (!watch.mayHaveMade()) intent.remove()
    throw withName(error, session)
  }
}

/** Whether the session is sealed with the intent; where it is not, the store is the place left for it. */
async function keepIn(intent: OpenIntent, record: SessionRecord): Promise<boolean> {
  try {
    await intent.keep(serializeRecord(record))
    return true
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    return false
  }
}

async function saveOrTell(
  session: Session,
  { pasted }: LoginRequest,
  record: SessionRecord,
  kept: boolean,
): Promise<SavedSession> {
  try {
    return await saveSession(session, record, {
      reason: pasted ? 'imported' : 'login',
      adopt: true,
    })
  } catch (error) {
    if (!isFailure(error)) throw error
    const { message, hint } = kept
      ? words.login.notStoredYet(error.message)
      : words.login.sessionLost(error.message, session.name)
    const code = error.code === 'usage' ? 'store' : error.code
    throw new ToknError(code, message, { ...error.details, hint })
  }
}

/** Erases what another store held of the session before; whether that is done, and what it was. */
async function leave(
  session: Session,
  { profile, former }: SavedSession,
): Promise<{ readonly done: boolean; readonly erased?: SessionRecord | undefined }> {
  if (former === undefined) return { done: true }
  try {
    return { done: true, erased: await eraseEntry(session.of(profile), former) }
  } catch (error) {
    if (!isFailure(error)) throw error
    session.ports.warn(words.login.earlierStays(former, error.message))
    return { done: false }
  }
}

async function logInto(
  session: Session,
  { provider, grant, force, interaction }: LoginRequest,
  answers: Reach['answers'],
  over: (http: Http) => Http,
): Promise<TokenSet> {
  if (provider.login === undefined) {
    const message = provider.why.login ?? words.login.noLogin(provider.title)
    throw new ToknError('unsupported', { message, hint: words.login.pasteInstead(session.name) })
  }
  checkLoginAnswers(provider, answers)
  await spendBudget(session, provider, undefined, 'logins', force)
  const http = over(await session.http())
  const label = usualTokenName(session.ports, session.profile)
  const reach = { http, answers, interaction, label, ...talk(session.ports) }
  const tokens = await provider.login(reach, grant)
  await forgetRefreshes(session, provider)
  return tokens
}
