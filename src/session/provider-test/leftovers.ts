import { isFailure } from '../../core/errors.ts'
import { unknownExpiry, type Expiry } from '../../core/expiry.ts'
import type { Operation, Provider, Reach } from '../../core/provider.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'

/** A token that a test has made. */
export interface MadeToken {
  readonly what: Extract<Operation, 'login' | 'refresh' | 'issue'>
  readonly tokens: TokenSet
}

/** What became of a token that a test has made. */
export interface Leftover {
  readonly what: MadeToken['what']
  readonly ended: boolean
  /** When one that stays ends by itself. */
  readonly expiry: Expiry
  /** When the refresh token beside it does; absent where there is none. */
  readonly refreshExpiry?: Expiry | undefined
  /** Why one stays, or where it can be ended. */
  readonly why?: string | undefined
}

/** How the logout of a test went. */
export interface Logout {
  /** Whether the provider said yes to it, so that what it ended needs no more. */
  readonly done: boolean
  /** What it did not end, in one sentence; absent: nothing. */
  readonly spared?: string | undefined
}

/**
 * Ends what a test has made, as far as the API can and its logout has not. What an API does not end
 * is reported, with the time that is left.
 */
export async function endMadeTokens(
  provider: Provider,
  reach: Reach,
  current: TokenSet,
  made: readonly MadeToken[],
  logout: Logout,
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = []
  // The token in use goes last: with it revoked, the others could not be.
  const inUse = ({ tokens }: MadeToken) => tokens.access.reveal() === current.access.reveal()
  for (const one of made.toSorted((a, b) => Number(inUse(a)) - Number(inUse(b)))) {
    const { what, tokens } = one
    const replaced = !inUse(one) && what !== 'issue'
    if (replaced && diesByRefresh(provider)) continue
    const loggedOut = logout.done && what !== 'issue'
    const spared = loggedOut ? logout.spared : undefined
    // What a logout spares is the access token: with the refresh token it began.
    const gone = spared !== undefined && tokens.refresh?.reveal() === current.refresh?.reveal()
    const refresh = gone ? undefined : tokens.refresh
    const over = loggedOut && spared === undefined
    const why = over ? undefined : await revoke(provider, reach, current, tokens, spared)
    leftovers.push({
      what,
      ended: why === undefined,
      expiry: tokens.expiry,
      refreshExpiry: refresh && (tokens.refreshExpiry ?? unknownExpiry),
      why,
    })
  }
  return leftovers
}

/** Whether the tokens before a refresh are dead once its own were used. */
function diesByRefresh({ rotation }: Provider): boolean {
  return rotation === 'always' || rotation === 'on-first-use'
}

/** Why a token is not revoked; `undefined` for one that is. */
async function revoke(
  provider: Provider,
  reach: Reach,
  current: TokenSet,
  { id }: TokenSet,
  spared: string | undefined,
): Promise<string | undefined> {
  if (provider.revoke === undefined || id === undefined) {
    return (
      spared ??
      provider.why.logout ??
      provider.why.revoke ??
      words.providerTest.endsNoToken(provider.title)
    )
  }
  try {
    await provider.revoke(reach, current, { id })
    return undefined
  } catch (error) {
    if (!isFailure(error)) throw error
    return error.message
  }
}
