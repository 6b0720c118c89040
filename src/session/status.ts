import { isFailure, type ToknError } from '../core/errors.ts'
import { unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { SeenProfile, SeenSession } from '../core/overview.ts'
import type { StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { describeEnd } from './describe-end.ts'
import {
  isOver,
  keepsCredentials,
  renewsWhenExpired,
  sessionState,
  type SessionState,
} from './life.ts'
import { isUntimely } from './moment.ts'
import { nextLogin } from './naming.ts'
import type { Ports } from './ports.ts'
import { renewedBy, seenFromHere } from './outside.ts'
import { lifeOf } from './refresh-request.ts'
import { loginAnew } from './standing.ts'
import { entryOf } from './stored-record.ts'

/** A profile at a glance: what is known without unlocking anything or asking anybody. */
export interface ProfileStatus {
  readonly profile: string
  readonly provider?: string | undefined
  /** URL or origin at which the tokens are made. */
  readonly where?: string | undefined
  readonly store?: StoreKind | undefined
  readonly state: SessionState
  /** That of the token held. */
  readonly expiry: Expiry
  /** How long that token lives from its start, in milliseconds; absent where it is not known. */
  readonly life?: number | undefined
  /** Whether the next command that needs one gets another token by itself. */
  readonly renews: boolean
  /** Absent: not known. */
  readonly credentialsKept?: boolean | undefined
  /** What renews the session; see `renewedBy`. Absent: not known. */
  readonly renewedBy?: readonly string[] | undefined
  readonly isDefault: boolean
  /** What is wrong, in one sentence, and the command that mends it. */
  readonly problem?: string | undefined
  readonly fix?: string | undefined
}

/** The status of the profile called `name`, or of all profiles; damaged ones say what is wrong. */
export async function listStatus(ports: Ports, name?: string): Promise<readonly ProfileStatus[]> {
  const overview = await ports.overview(name)
  const usual = ports.profiles.defaultName()
  const pending = ports.pendingRefreshes()
  const anyPending = pending.size !== 0
  const isPending = (one: SeenProfile) => anyPending && pending.has(entryOf(one))
  const now = ports.clock.now()
  const found: ProfileStatus[] = []
  const shared = new Map<number, SeenProfile>()
  for (let row = 0; row < overview.length; row++) {
    const one = overview.at(row)
    const isDefault = one.name === usual
    if (one.fault !== undefined) {
      found.push({ ...damaged(one.name, one.store), isDefault, ...problemOf(one.fault) })
      continue
    }
    if (ports.stores.traits(one.store).shared === true) {
      shared.set(found.length, one)
      found.push({ ...damaged(one.name, one.store), isDefault })
      continue
    }
    const status = describeProfile(seenBy(ports, one), isDefault, now)
    // Most are told without a wait, which for thousands takes longer than to tell them.
    found.push(isPending(one) ? await withPending(ports, one, status) : status)
  }
  if (shared.size === 0) return found
  const seen = await withNoted(ports, [...shared.values()])
  const then = ports.clock.now()
  for (const [at, row] of [...shared.keys()].entries()) {
    const one = seen[at] as SeenProfile
    const status = describeProfile(seenBy(ports, one), one.name === usual, then)
    found[row] = isPending(one) ? await withPending(ports, one, status) : status
  }
  return found
}

/** As the store for many machines says that each of these has its session in. */
async function withNoted(
  ports: Ports,
  shared: readonly SeenProfile[],
): Promise<readonly SeenProfile[]> {
  const { readNoted } = await import('./fleet/noted.ts')
  const noted = await readNoted(ports, shared)
  return shared.map((one) => {
    const session = noted.get(one.id)
    return session === undefined ? one : { ...one, session, unread: false }
  })
}

function damaged(
  profile: string,
  store: StoreKind | undefined,
): Pick<ProfileStatus, 'profile' | 'store' | 'state' | 'expiry' | 'renews'> {
  return { profile, store, state: 'unknown', expiry: unknownExpiry, renews: false }
}

/** A profile, and what renews its session. */
type Renewed = SeenProfile & { readonly renewedBy: readonly string[] | undefined }

/** As this process can renew it: what its variables give belongs to no other. */
function seenBy(ports: Ports, one: SeenProfile): Renewed {
  const { session } = one
  if (session === undefined) return { ...one, renewedBy: undefined }
  return {
    ...one,
    session: session.renewsWith === undefined ? session : seenFromHere(ports, session),
    renewedBy: renewedBy(ports, session),
  }
}

function describeProfile(profile: Renewed, isDefault: boolean, now: number): ProfileStatus {
  const { name, provider, store, where, session, unread } = profile
  const untimely = session !== undefined && isUntimely(session, now)
  const state = unread ? 'unknown' : sessionState(session, now)
  const expiry = session === undefined || untimely ? unknownExpiry : session.expiry
  const told =
    session === undefined
      ? ofNoSession(profile, state)
      : problemByState(profile, session, state, now)
  return {
    profile: name,
    provider,
    where,
    store,
    state,
    expiry,
    life: session === undefined || expiry.state !== 'at' ? undefined : lifeOf(session),
    renews: session !== undefined && !isOver(session, now) && renewsWhenExpired(session),
    credentialsKept:
      unread || (session !== undefined && session.renewal === undefined)
        ? undefined
        : session !== undefined && keepsCredentials(session),
    renewedBy: unread ? undefined : session && profile.renewedBy,
    isDefault,
    problem: told?.problem,
    fix: told?.fix,
  }
}

async function withPending(
  ports: Ports,
  one: SeenProfile,
  status: ProfileStatus,
): Promise<ProfileStatus> {
  return { ...status, ...(await findPending(ports, one, status)) }
}

type Problem = Pick<ProfileStatus, 'problem' | 'fix'>

/** What is wrong where a refresh may be under way: what else is, is more, but for a doubt. */
async function findPending(
  ports: Ports,
  profile: SeenProfile,
  { state, problem }: ProfileStatus,
): Promise<Problem | undefined> {
  const known = profile.session !== undefined && problem !== undefined
  if (known && state !== 'doubtful') return undefined
  try {
    if (!(await ports.refreshPending(entryOf(profile)))) return undefined
    return { problem: words.status.refreshPending(), fix: `tokn refresh ${profile.name}` }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { problem: error.message, fix: 'tokn doctor' }
  }
}

function ofNoSession(profile: SeenProfile, state: SessionState): Problem {
  if (state === 'unknown') {
    return { problem: words.status.indexUnread(), fix: `tokn refresh ${profile.name}` }
  }
  return { problem: words.status.notLoggedIn(), fix: nextLogin(profile) }
}

function problemByState(
  profile: SeenProfile,
  session: SeenSession,
  state: SessionState,
  now: number,
): Problem | undefined {
  const { standing, expiry, obtainedAt, renewal } = session
  const untimely = isUntimely(session, now)
  // Most are well, and nothing is said of them.
  if (state === 'alive' && standing === undefined && !untimely) return undefined
  const hasMoved = session.movedTo !== undefined
  const login = hasMoved ? words.refresh.useThere() : loginAnew(profile, session)
  const refresh = `tokn refresh ${profile.name}`
  if (untimely) return { problem: words.status.clockWasSet(obtainedAt), fix: refresh }
  if (standing !== undefined && (state !== 'alive' || standing.state !== 'doubtful')) {
    const problem = words.reports.standing(standing.state, standing.at, standing.why)
    // What cannot be refreshed was refused by some server: the provider knows whether it still works.
    if (state === 'doubtful' && renewal === 'none') {
      return { problem, fix: `tokn check ${profile.name} --online` }
    }
    const renews = standing.state === 'doubtful' || renewal === 'credentials'
    return { problem, fix: renews && state !== 'expired' ? refresh : login }
  }
  const ended = expiry.state === 'at' ? expiry.at : now
  if (state === 'expired') return { problem: words.status.expired(ended), fix: login }
  if (state === 'expiring') {
    const { sentence, next } = describeEnd(profile, session, now)
    return { problem: sentence, fix: next }
  }
  const gone = expiry.state === 'at' && expiry.at <= now
  if (state === 'unknown' && gone)
    return { problem: words.status.expiryUnknown(ended), fix: refresh }
  return undefined
}

/** Logins and issues of this configuration that were cut off, in words. Never throws. */
export async function tellCutOff(ports: Ports): Promise<readonly string[]> {
  if (!ports.mayBeUnfinished()) return []
  try {
    const { findCutOff } = await import('./unfinished/find.ts')
    const { describeUnfinished } = await import('./unfinished/finding.ts')
    const all = await findCutOff(ports)
    return all.map((one) => words.status.withNext(describeUnfinished(one), 'tokn doctor'))
  } catch (error) {
    if (!isFailure(error)) throw error
    return [error.message]
  }
}

function problemOf({ message, hint }: ToknError): Problem {
  return { problem: message, fix: hint?.split('\n')[0] ?? 'tokn doctor' }
}
