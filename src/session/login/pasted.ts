import { ToknError } from '../../core/errors.ts'
import { expiresAt, isGood, neverExpires, unknownExpiry, type Expiry } from '../../core/expiry.ts'
import { claimedExpiry, readClaims } from '../../core/jwt.ts'
import { howToGive } from '../../core/giving.ts'
import type { Provider, Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'
import { checkPasted } from './check-pasted.ts'

/** Tokens that were made elsewhere. */
export interface Pasted {
  /** An access token, or a whole reply of the provider that has one. */
  readonly given: GivenTokens
  /** Of an access token, or of a reply that has none itself. */
  readonly refresh?: Secret | undefined
  /** When the access token is said to end, in epoch milliseconds. */
  readonly end?: number | undefined
  /** Asks whether a token that the provider refuses is to be kept. Absent where nobody can be asked. */
  keepRefused?(why: string): Promise<boolean>
  /** Says what came of the check. */
  tell?(text: string): void
}

export type GivenTokens = { readonly access: Secret } | { readonly reply: Secret }

/** A refresh token that was made elsewhere, which is refreshed at once. */
export interface GivenRefresh {
  readonly refreshToken: Secret
}

/** Ends that differ by less are the same: a person writes minutes. Milliseconds. */
const tolerated = 60_000

/**
 * What was pasted as what a login gives, checked with the provider where that can be asked. Throws
 * `usage` for what is no token of its, `unsupported` where it takes none, `reauth_required` for one
 * that the provider refuses.
 */
export async function takePasted(
  session: Session,
  provider: Provider,
  pasted: Pasted,
  answers: Reach['answers'],
): Promise<TokenSet> {
  const { ports } = session
  const read = await readTokens(session, provider, pasted, answers)
  const tokens = withEnd(session, await withContext(provider, read, answers), pasted)
  if (tokens.refresh !== undefined) tellMissing(session, provider, answers)
  if (isGood(tokens.expiry, ports.clock.now(), 0)) {
    return withEnd(session, await checkPasted(session, provider, pasted, tokens, answers), pasted)
  }
  if (tokens.refresh === undefined) ports.warn(words.login.pastedExpired())
  return tokens
}

/**
 * What a token was made for, as far as it says so itself: a replacement is to live as long. `grant`
 * is what the user says of it.
 */
export function grantOfPasted(provider: Provider, grant: Grant, { access }: TokenSet): Grant {
  const { iat, exp } = readClaims(access.reveal()) ?? {}
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp <= iat) return grant
  if (provider.rotation !== 'reissue') return grant
  return { ...grant, lifetime: (exp - iat) * 1_000, roundable: true }
}

async function readTokens(
  { ports }: Session,
  provider: Provider,
  { given, refresh }: Pasted,
  answers: Reach['answers'],
): Promise<TokenSet> {
  if ('reply' in given) {
    if (provider.readReply === undefined) {
      throw new ToknError('unsupported', words.login.noPastedTokens(provider.title))
    }
    const reach = { clock: ports.clock, answers, warn: ports.warn }
    const found = await provider.readReply(given.reply, reach)
    const expiry =
      found.expiry.state === 'unknown' ? claimedExpiry(found.access.reveal()) : found.expiry
    // Two of one reply belong together; one that stands in a variable may be of another session.
    return { ...found, expiry, refresh: found.refresh ?? refresh }
  }
  if (provider.pasted === undefined) {
    const { pasted, login } = words
    const whole = provider.login !== undefined && provider.refresh !== undefined
    const said = whole ? pasted.onlyWhole(provider.title) : login.noPastedTokens(provider.title)
    throw new ToknError('unsupported', said)
  }
  const { access } = given
  const jti = readClaims(access.reveal())?.['jti']
  return {
    access,
    refresh,
    expiry: pastedExpiry(provider.pasted.expiry, access, refresh),
    id: typeof jti === 'string' ? jti : undefined,
    context: {},
  }
}

/** Of a pair, only the refresh token lasts: a token that never ends has none. */
function pastedExpiry(
  kind: 'never' | 'unknown' | 'jwt',
  access: Secret,
  refresh: Secret | undefined,
): Expiry {
  if (kind === 'jwt') return claimedExpiry(access.reveal())
  return kind === 'never' && refresh === undefined ? neverExpires : unknownExpiry
}

/** Tells which answers a refresh will need that nobody gave. */
function tellMissing(
  { ports }: Session,
  { fields, refresh, refreshFields = [] }: Provider,
  answers: Reach['answers'],
): void {
  const missing = fields.filter(
    ({ name, optional, default: usual }) =>
      refreshFields.includes(name) &&
      optional !== true &&
      usual === undefined &&
      answers[name] === undefined,
  )
  const [first] = missing
  if (refresh === undefined || first === undefined) return
  const names = missing.map(({ name }) => name)
  ports.warn(words.pasted.cannotRefreshWithout(names, howToGive(first)))
}

async function withContext(
  provider: Provider,
  tokens: TokenSet,
  answers: Reach['answers'],
): Promise<TokenSet> {
  if (tokens.refresh === undefined || provider.contextFor === undefined) return tokens
  return { ...tokens, context: { ...(await provider.contextFor(answers)), ...tokens.context } }
}

/** Of two ends, that of the token and the one that it is said to have, the earlier counts. */
function withEnd({ ports }: Session, tokens: TokenSet, { end }: Pasted): TokenSet {
  const { expiry } = tokens
  if (end === undefined) return tokens
  if (expiry.state !== 'at' || Math.abs(expiry.at - end) <= tolerated) {
    return expiry.state === 'at' ? tokens : { ...tokens, expiry: expiresAt(end) }
  }
  const { instant } = words.times
  const counts = Math.min(expiry.at, end)
  ports.warn(words.pasted.otherEnd(instant(end), instant(expiry.at), instant(counts)))
  return counts === end ? { ...tokens, expiry: expiresAt(end, expiry.sliding) } : tokens
}
