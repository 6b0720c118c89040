import { isFailure, type ToknError } from '../core/errors.ts'
import { unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { IndexEntry, Outline } from '../core/ports.ts'
import type { Profile, StoreKind } from '../core/profile.ts'
import { words } from '../messages/words.ts'
import { describeEnd } from './end-warning.ts'
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
  readonly isDefault: boolean
  /** What is wrong, in one sentence, and the command that mends it. */
  readonly problem?: string | undefined
  readonly fix?: string | undefined
}

/** The status of the profile called `name`, or of all profiles; damaged ones say what is wrong. */
export async function listStatus(ports: Ports, name?: string): Promise<readonly ProfileStatus[]> {
  const outlines = ports.profiles
    .outlines()
    .filter((one) => name === undefined || one.name === name)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const usual = ports.profiles.defaultName()
  const found: ProfileStatus[] = []
  let indexed: ReadonlySet<string> | undefined
  const isIndexed = (id: string) => (indexed ??= new Set(ports.index.list())).has(id)
  for (const outline of outlines) {
    const isDefault = outline.name === usual
    found.push({ ...(await statusOf(ports, outline, isIndexed)), isDefault })
  }
  return found
}

async function statusOf(
  ports: Ports,
  outline: Outline,
  isIndexed: (id: string) => boolean,
): Promise<Described> {
  try {
    const profile = ports.profiles.get(outline.name)
    if (profile !== undefined) return await describeProfile(ports, profile, isIndexed)
    return { ...damaged(outline), problem: words.status.notLoggedIn() }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { ...damaged(outline), ...problemOf(error) }
  }
}

type Described = Omit<ProfileStatus, 'isDefault'>

function damaged({ name, store }: Outline): Described {
  return { profile: name, store, state: 'unknown', expiry: unknownExpiry, renews: false }
}

async function describeProfile(
  ports: Ports,
  profile: Profile,
  isIndexed: (id: string) => boolean,
): Promise<Described> {
  const entry = ports.index.get(profile.id)
  const now = ports.clock.now()
  const { name, provider, store, settings } = profile
  // Something is known of it, and cannot be read.
  const unread = entry === undefined && isIndexed(profile.id)
  const state = unread ? 'unknown' : sessionState(entry, now)
  const untimely = entry !== undefined && isUntimely(entry, now)
  const expiry = entry === undefined || untimely ? unknownExpiry : entry.expiry
  return {
    profile: name,
    provider,
    where: profile.baseUrl ?? entry?.origin ?? settings['issuer'],
    store,
    state,
    expiry,
    life: expiry.state === 'at' && entry !== undefined ? lifeOf({ ...entry, expiry }) : undefined,
    renews: entry !== undefined && !isOver(entry, now) && renewsWhenExpired(entry),
    credentialsKept:
      unread || (entry !== undefined && entry.renewal === undefined)
        ? undefined
        : entry !== undefined && keepsCredentials(entry),
    ...(await findProblem(ports, profile, entry, state)),
  }
}

type Problem = Pick<ProfileStatus, 'problem' | 'fix'>

async function findProblem(
  ports: Ports,
  profile: Profile,
  entry: IndexEntry | undefined,
  state: SessionState,
): Promise<Problem> {
  const byState =
    entry === undefined ? undefined : problemByState(profile, entry, state, ports.clock.now())
  if (byState !== undefined && state !== 'doubtful') return byState
  try {
    if (await ports.refreshPending(entryOf(profile))) {
      return { problem: words.status.refreshPending(), fix: `tokn refresh ${profile.name}` }
    }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { problem: error.message, fix: 'tokn doctor' }
  }
  if (entry !== undefined) return byState ?? {}
  if (state === 'unknown') {
    return { problem: words.status.indexUnread(), fix: `tokn refresh ${profile.name}` }
  }
  return { problem: words.status.notLoggedIn(), fix: nextLogin(profile) }
}

function problemByState(
  profile: Profile,
  entry: IndexEntry,
  state: SessionState,
  now: number,
): Problem | undefined {
  const { standing, expiry, obtainedAt } = entry
  const login = loginAnew(profile, entry)
  const refresh = `tokn refresh ${profile.name}`
  if (isUntimely(entry, now)) return { problem: words.status.clockWasSet(obtainedAt), fix: refresh }
  if (standing !== undefined && (state !== 'alive' || standing.state !== 'doubtful')) {
    const problem = words.reports.standing(standing.state, standing.at, standing.why)
    const renews = standing.state === 'doubtful' || entry.renewal === 'credentials'
    return { problem, fix: renews && state !== 'expired' ? refresh : login }
  }
  const ended = expiry.state === 'at' ? expiry.at : now
  if (state === 'expired') return { problem: words.status.expired(ended), fix: login }
  if (state === 'expiring') {
    const { sentence, next } = describeEnd(profile, entry, now)
    return { problem: sentence, fix: next }
  }
  const gone = expiry.state === 'at' && expiry.at <= now
  if (state === 'unknown' && gone)
    return { problem: words.status.expiryUnknown(ended), fix: refresh }
  return undefined
}

/** Logins and issues of this configuration that were cut off, in words. Never throws. */
export async function tellCutOff(ports: Ports): Promise<readonly string[]> {
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
