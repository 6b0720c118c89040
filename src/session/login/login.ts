import { isFailure, isToknError, ToknError } from '../../core/errors.ts'
import type { Announcer } from '../../core/announcer.ts'
import type { Http, Interaction } from '../../core/ports.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import { serializeRecord, type SessionRecord } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { checkLoginAnswers, type Answers } from './answers.ts'
import { askRenewalEnd } from '../ask-renewal-end.ts'
import { forgetRefreshes, spendBudget } from '../budget.ts'
import { firstRecord, issuerOf } from '../first-record.ts'
import { openIntent, type OpenIntent } from '../unfinished/open-intent.ts'
import { sweepUnsent } from '../unfinished/sweep.ts'
import { writeAnswered } from '../unfinished/kept-refresh.ts'
import { writeSetUp } from '../unfinished/set-up.ts'
import { watchRequests } from '../unfinished/watch.ts'
import type { KeptReply } from '../kept-reply.ts'
import { usualTokenName, withName } from '../naming.ts'
import { eraseEntry, formerStore, saveSession, type SavedSession } from '../save-session.ts'
import { madeWith } from '../made-with.ts'
import { refuseReader } from '../fleet/reader.ts'
import type { Session } from '../session.ts'
import { openHold, type Hold } from './held.ts'
import { proveStorage } from '../check-storage.ts'
import { grantOfPasted, takePasted, type GivenRefresh, type Pasted } from './pasted.ts'
import { logInByRefresh } from '../refresh-alone.ts'
import type { Show } from './show.ts'
import { givenAnswers, talk } from '../reach.ts'
import { carriedContext, keepInBefore } from './carried-context.ts'
import { warnOfLoss } from './warn-engine.ts'

/** A login; the settings of the profile are already those of `answers`. */
export interface LoginRequest {
  readonly provider: Provider
  readonly answers: Answers
  readonly grant: Grant
  /** Keep the secret answers, so that an expired session can log in again unattended. */
  readonly remember: boolean
  /** Tokens made elsewhere, instead of a login. */
  readonly pasted?: Pasted | GivenRefresh | undefined
  /** Spend the last unit of a budget. */
  readonly force: boolean
  readonly interaction?: Interaction | undefined
  /** See `Reach.askAgain`. */
  readonly askAgain?: Reach['askAgain']
  /** Where nobody can be asked: what shows a code that was asked for. */
  readonly announcer?: Announcer | undefined
  /** See `Reach.setsUp`. */
  readonly setsUp?: Reach['setsUp']
  readonly show?: Show | undefined
}

/** Logs in and makes the record, without storing anything. `over` is laid over the reach. */
export async function authenticate(
  session: Session,
  request: LoginRequest,
  over: (http: Http) => Http = (http) => http,
): Promise<SessionRecord> {
  const { ports, profile } = session
  const { provider, answers, grant, pasted, show } = request
  if (show !== undefined) {
    const { interaction, ...others } = request
    const shown = show.of(provider, profile.settings)
    // What is kept is what came: the lines are made of it outside of that.
    const through = (http: Http) => over(shown.over(http))
    const person = interaction && shown.overInteraction(interaction)
    const quiet = { ...others, interaction: person, show: undefined }
    return await authenticate(session, quiet, through)
  }
  provider.checkGrant(grant)
  const all = givenAnswers(ports, provider, profile, answers)
  // What is asked for while the login is under way is an answer like those before it.
  const later: Record<string, Secret> = {}
  const askAgain = request.askAgain && keepAnswers(request.askAgain, later)
  const { tokens, isPasted } = await obtain(session, { ...request, askAgain }, all, over)
  return {
    ...firstRecord(ports, profile, issuerOf(provider, tokens, all), tokens),
    grant: isPasted ? grantOfPasted(provider, grant, tokens) : grant,
    scopes: tokens.scopes ?? grant.scopes,
    name: tokens.name ?? grant.name,
    credentials: request.remember ? { ...answers.secrets, ...later } : undefined,
    madeWith:
      pasted === undefined
        ? madeWith(ports, provider, { ...answers.secrets, ...later })
        : undefined,
    fixed: isPasted ? true : undefined,
  }
}

/** The tokens of the login, or those made elsewhere: by what is given of them. */
async function obtain(
  session: Session,
  request: LoginRequest,
  answers: Reach['answers'],
  over: (http: Http) => Http,
): Promise<{ readonly tokens: TokenSet; readonly isPasted: boolean }> {
  const { provider, pasted, force } = request
  if (pasted === undefined) {
    return { tokens: await logInto(session, request, answers, over), isPasted: false }
  }
  if ('given' in pasted) {
    return { tokens: await takePasted(session, provider, pasted, answers), isPasted: true }
  }
  const { refreshToken } = pasted
  const given = { answers, force }
  const tokens = await logInByRefresh(session, provider, refreshToken, given, over)
  return { tokens, isPasted: false }
}

function keepAnswers(
  ask: NonNullable<Reach['askAgain']>,
  answers: Record<string, Secret>,
): NonNullable<Reach['askAgain']> {
  return async (name, refused) => {
    const answer = await ask(name, refused)
    if (answer !== undefined) answers[name] = answer
    return answer
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
  await refuseReader(session, 'login')
  const store = await session.store()
  await store.sealingKey()
  // It would be gone with this process; a profile of it would only be in the way.
  if (!ports.stores.traits(profile.store).outlivesProcess) {
    const { pasted } = request
    if (pasted !== undefined && 'refreshToken' in pasted) {
      throw new ToknError('usage', words.pasted.keptNowhere(profile.store), { sent: false })
    }
    return { profile, record: await authenticate(session, request) }
  }
  await sweepUnsent(session)
  const former = formerStore(session)
  const origin = provider.origins[0] ?? ''
  const intent = await openIntent(ports, {
    kind: 'login',
    store: profile.store,
    origin,
    profile,
    former,
    spends: request.pasted !== undefined && 'refreshToken' in request.pasted ? true : undefined,
  })
  const saved = await obtainAndSave(session, request, intent)
  await warnOfLoss(session.of(saved.profile))
  await askRenewalEnd(session.of(saved.profile), saved.record)
  return saved
}

async function obtainAndSave(
  session: Session,
  request: LoginRequest,
  intent: OpenIntent,
): Promise<SavedSession> {
  const hold = openHold(session.ports, request)
  try {
    const record = await spend(session, request, intent, hold)
    const kept = await keepIn(intent, serializeRecord(record))
    const saved = await saveOrTell(session, request, record, kept)
    const left = await leave(session, saved)
    if (left.done) await intent.remove()
    return { ...saved, replaced: saved.replaced ?? left.erased }
  } finally {
    hold.end()
  }
}

async function spend(
  session: Session,
  request: LoginRequest,
  intent: OpenIntent,
  hold: Hold,
): Promise<SessionRecord> {
  const [origin = ''] = request.provider.origins
  let sent = false
  const note = async () => {
    await hold.begin()
    if (!sent) await intent.note({ sent: true })
    sent = true
  }
  const watch = watchRequests(session.ports.clock, note, keeperOf(request, intent))
  try {
    await proveStorage(session)
    const setsUp = async (context?: TokenSet['context']) => {
      if (context === undefined) await intent.note({ setUp: origin })
      else await keepIn(intent, writeSetUp(context))
    }
    return await authenticate(session, { ...request, setsUp }, watch.over)
  } catch (error) {
    // Where a reply was lost, or could not be read, the provider may hold a session.
    if (!watch.mayHaveMade()) await intent.remove()
    throw withName(error, session)
  }
}

/** Seals what a refresh is answered before it is read: the token that was given may be spent by it. */
function keeperOf(
  { pasted, answers }: LoginRequest,
  intent: OpenIntent,
): ((replies: readonly KeptReply[]) => Promise<void>) | undefined {
  if (pasted === undefined || !('refreshToken' in pasted)) return undefined
  const { refreshToken: given } = pasted
  return async (replies) => {
    await keepIn(intent, writeAnswered({ given, secrets: answers.secrets, replies }))
  }
}

/** Whether the session is sealed with the intent; where it is not, the store is the place left for it. */
async function keepIn(intent: OpenIntent, text: string): Promise<boolean> {
  try {
    await intent.keep(text)
    return intent.keeps
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
  { provider, grant, force, interaction, askAgain, announcer, setsUp }: LoginRequest,
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
  const before = await carriedContext(session, provider)
  const told = { interaction, askAgain, announcer, ...(setsUp && { setsUp }) }
  const keepBefore: Reach['keepBefore'] =
    before && (async (change) => await keepInBefore(session, before, change))
  const carried = { before, keepBefore }
  const reach = { http, answers, ...told, label, ...carried, ...talk(session.ports) }
  const tokens = await provider.login(reach, grant)
  await forgetRefreshes(session, provider)
  return tokens
}
