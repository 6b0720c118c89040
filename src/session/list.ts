import { isEnding } from '../core/ending.ts'
import { unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { IndexEntry } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { TokenInfo } from '../core/token.ts'
import type { Session } from './session.ts'
import { callWithToken } from './call.ts'
import { readableProfiles } from './choose-profile.ts'
import { isUntimely } from './moment.ts'
import { isUnrestricted } from './scopes.ts'
import type { Ports } from './ports.ts'

export type TokenState =
  'active' | 'expiring' | 'expired' | 'revoked' | 'unknown' | 'doubtful' | 'dead'

/** A token in a list, of the provider or of this machine. */
export interface ListedToken extends TokenInfo {
  readonly state: TokenState
  /** It was made in the future: the clock was set since, and when it ends is not known. */
  readonly untimely?: boolean | undefined
  /** Whether it is the one that the profile holds. */
  readonly current: boolean
  /** Whether it may do all that its user may; `undefined` where that is not known. */
  readonly unrestricted?: boolean | undefined
  /** The profile that holds it. */
  readonly savedAs?: string | undefined
  readonly fingerprint?: string | undefined
}

export interface TokenList {
  readonly where: 'remote' | 'local'
  readonly tokens: readonly ListedToken[]
  /** Ids that the provider gave to more than one token. */
  readonly duplicates: readonly string[]
}

/** Whether `expiry` and a revocation leave a token alive at `now`. */
function stateOf(
  token: Pick<TokenInfo, 'expiry' | 'revokedAt' | 'createdAt'>,
  now: number,
): TokenState {
  if (token.revokedAt !== undefined && token.revokedAt <= now) return 'revoked'
  if (token.expiry.state === 'unknown') return 'unknown'
  if (token.expiry.state === 'never') return 'active'
  const left = token.expiry.at - now
  if (left <= 0) return token.expiry.sliding === true ? 'unknown' : 'expired'
  const life = token.createdAt === undefined ? undefined : token.expiry.at - token.createdAt
  return isEnding(left, life) ? 'expiring' : 'active'
}

/** As `stateOf`, for a token held here: more may be known of it than its times. */
function heldState(
  { expiry, obtainedAt, prolongedAt, standing }: IndexEntry,
  now: number,
): TokenState {
  if (standing?.state === 'dead') return 'dead'
  const byTime = stateOf({ expiry, createdAt: prolongedAt ?? obtainedAt }, now)
  return standing?.state === 'doubtful' && byTime !== 'expired' ? 'doubtful' : byTime
}

/** The tokens that the provider knows of. Throws `unsupported` where it does not list them. */
export async function listRemote(session: Session): Promise<TokenList> {
  const { ports } = session
  const { tokens, current, provider } = await callWithToken(session, 'list', async (call) => ({
    tokens: (await call.provider.list?.(call.reach, call.record)) ?? [],
    current: call.record.id,
    provider: call.provider,
  }))
  const saved = savedIds(session)
  const listed = tokens.map((token) => ({
    ...token,
    state: stateOf(token, ports.clock.now()),
    current: token.id === current,
    unrestricted: isUnrestricted(provider, token.scopes),
    savedAs: saved.get(token.id),
  }))
  return { where: 'remote', tokens: listed, duplicates: repeated(tokens.map((token) => token.id)) }
}

/** The tokens held on this machine, from the index alone: nothing is unlocked. */
export function listLocal(ports: Ports, profiles: readonly Profile[]): TokenList {
  const tokens = profiles.flatMap((profile) => {
    const entry = ports.index.get(profile.id)
    if (entry === undefined) return []
    const untimely = isUntimely(entry, ports.clock.now())
    const expiry: Expiry = untimely ? unknownExpiry : entry.expiry
    return [
      {
        id: entry.tokenId ?? profile.name,
        name: entry.tokenName,
        scopes: entry.scopes,
        createdAt: entry.obtainedAt,
        expiry,
        untimely,
        state: heldState({ ...entry, expiry }, ports.clock.now()),
        current: true,
        savedAs: profile.name,
        fingerprint: entry.fingerprint,
      },
    ]
  })
  return { where: 'local', tokens, duplicates: [] }
}

function savedIds(session: Session): ReadonlyMap<string, string> {
  const { ports, profile } = session
  const sameProvider = readableProfiles(ports.profiles).filter(
    (one) => one.provider === profile.provider,
  )
  return new Map(
    sameProvider.flatMap((one) => {
      const id = ports.index.get(one.id)?.tokenId
      return id === undefined ? [] : [[id, one.name] as const]
    }),
  )
}

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
}
