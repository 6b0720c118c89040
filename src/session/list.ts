import type { TokenInfo } from '../core/token.ts'
import type { Session } from './session.ts'
import { callWithToken, type Call } from './call.ts'
import { readableProfiles } from './choose-profile.ts'
import { stateOf } from './list-local.ts'
import { isUnrestricted } from './scopes.ts'

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
  /** Of a token that is held here: the provider of its profile. */
  readonly provider?: string | undefined
  /** The profile that holds it. */
  readonly savedAs?: string | undefined
  readonly fingerprint?: string | undefined
}

export interface TokenList {
  readonly where: 'remote' | 'local'
  /** Empty where they went elsewhere, page by page. */
  readonly tokens: readonly ListedToken[]
  readonly count: number
  /** How many were read of a list that goes on; absent for a whole one. */
  readonly stoppedAt?: number | undefined
  /** Ids that the provider gave to more than one token; beyond two million tokens none is found. */
  readonly duplicates: readonly string[]
}

/** As many as a list holds; all of a longer one are read page by page. */
const mostHeld = 100_000

/** The tokens that the provider knows of. Throws `unsupported` where it does not list them. */
export async function listRemote(session: Session): Promise<TokenList> {
  return await callWithToken(session, 'list', async (call) => {
    let room = mostHeld
    let stopped = false
    const read = await call.provider.list?.(call.reach, call.record, {
      keep: (page) => {
        const fits = page.slice(0, room)
        room -= fits.length
        stopped ||= fits.length < page.length
        return fits
      },
      isEnough: () => (stopped ||= room === 0),
    })
    const tokens = (read ?? []).map(describeFor(call))
    const { length } = tokens
    const duplicates = repeated(tokens)
    return {
      where: 'remote',
      tokens,
      count: length,
      duplicates,
      ...(stopped ? { stoppedAt: length } : {}),
    }
  })
}

/** What is said of a token that the provider lists. */
export function describeFor({
  session,
  provider,
  record,
}: Call): (token: TokenInfo) => ListedToken {
  const { clock } = session.ports
  const saved = savedIds(session)
  return (token) => ({
    ...token,
    state: stateOf(token, clock.now()),
    current: token.id === record.id,
    unrestricted: isUnrestricted(provider, token.scopes),
    savedAs: saved.get(token.id),
  })
}

function savedIds(session: Session): ReadonlyMap<string, string> {
  const { ports, profile } = session
  const sameProvider = readableProfiles(ports.profiles).filter(
    (one) => one.provider === profile.provider,
  )
  const known = ports.index.getAll(sameProvider.map(({ id }) => id))
  return new Map(
    sameProvider.flatMap((one) => {
      const id = known.get(one.id)?.tokenId
      return id === undefined ? [] : [[id, one.name] as const]
    }),
  )
}

function repeated(tokens: readonly TokenInfo[]): readonly string[] {
  const [seen, again] = [new Set<string>(), new Set<string>()]
  for (const { id } of tokens) (seen.has(id) ? again : seen).add(id)
  return [...again]
}
