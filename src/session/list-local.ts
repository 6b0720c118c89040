import { isEnding } from '../core/ending.ts'
import { unknownExpiry, type Expiry } from '../core/expiry.ts'
import type { SeenSession, SeenToken } from '../core/overview.ts'
import type { Profile } from '../core/profile.ts'
import type { TokenInfo } from '../core/token.ts'
import type { ListedToken, TokenList, TokenState } from './list.ts'
import { words } from '../messages/words.ts'
import { isUntimely } from './moment.ts'
import type { Ports } from './ports.ts'

/** Whether `expiry` and a revocation leave a token alive at `now`. */
export function stateOf(
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
  { obtainedAt, prolongedAt, standing }: SeenSession,
  expiry: Expiry,
  now: number,
): TokenState {
  if (standing?.state === 'dead') return 'dead'
  const byTime = stateOf({ expiry, createdAt: prolongedAt ?? obtainedAt }, now)
  return standing?.state === 'doubtful' && byTime !== 'expired' ? 'doubtful' : byTime
}

/** The tokens of these profiles held on this machine, from the index alone: nothing is unlocked. */
export function listLocal(ports: Ports, profiles: readonly Profile[]): TokenList {
  const known = ports.index.getAll(profiles.map(({ id }) => id))
  const now = ports.clock.now()
  const tokens = profiles.flatMap(({ id, name, provider }) => {
    const entry = known.get(id)
    return entry === undefined ? [] : [describeHeld({ name, provider }, entry, entry, now)]
  })
  return localList(tokens)
}

/** Those of all profiles. Throws `usage` where one of them is damaged. */
export async function listAllLocal(ports: Ports): Promise<TokenList> {
  const overview = await ports.overview()
  const now = ports.clock.now()
  const tokens: ListedToken[] = []
  for (let row = 0; row < overview.length; row++) {
    const one = overview.at(row)
    if (one.fault !== undefined) {
      // Of several that are damaged, the first one in the file.
      if (one.fault.code === 'usage') return listLocal(ports, ports.profiles.list())
      // What others have written into a store for many machines takes nothing from anybody else.
      ports.warn(words.storeCommands.leftOut(one.name, one.fault.message))
      continue
    }
    const { session } = one
    if (session === undefined) continue
    tokens.push(describeHeld(one, session, overview.tokenAt(row), now))
  }
  return localList(tokens)
}

function localList(tokens: readonly ListedToken[]): TokenList {
  return { where: 'local', tokens, count: tokens.length, duplicates: [] }
}

function describeHeld(
  { name, provider }: Pick<Profile, 'name' | 'provider'>,
  session: SeenSession,
  token: SeenToken | undefined,
  now: number,
): ListedToken {
  const untimely = isUntimely(session, now)
  const expiry: Expiry = untimely ? unknownExpiry : session.expiry
  return {
    id: token?.tokenId ?? name,
    name: token?.tokenName,
    scopes: session.scopes,
    createdAt: session.obtainedAt,
    expiry,
    untimely,
    state: heldState(session, expiry, now),
    current: true,
    provider,
    savedAs: name,
    fingerprint: token?.fingerprint,
  }
}
