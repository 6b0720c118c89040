import { isToknError, ToknError } from '../../core/errors.ts'
import { quoteWord } from '../../core/quoting.ts'
import { display } from '../../core/text.ts'
import type { TokenInfo } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { callWithToken, type Call } from '../call.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Session } from '../session.ts'
import type { Unfinished } from './find.ts'

/** More than clocks usually differ, in milliseconds. */
const tolerated = 5 * 60_000

/** A token that was made by an earlier issue is older than this, in milliseconds. */
const close = 5_000

/**
 * The tokens at the provider that an issue may have made which was cut off: of its name, not there
 * before, and held by nobody here. `undefined` where that cannot be seen.
 */
export async function findPossibleTokens(
  parent: Session,
  { before, grant, at }: Unfinished,
): Promise<readonly TokenInfo[] | undefined> {
  if (before === undefined && grant?.name === undefined) return undefined
  const listed = await callWithToken(parent, 'list', (call) => listNamed(call, grant?.name))
  const { profiles, index } = parent.ports
  const known = index.getAll(readableProfiles(profiles).map(({ id }) => id))
  const kept = new Set([...known.values()].map((entry) => entry?.tokenId))
  return listed?.filter(
    ({ id, createdAt }) =>
      before?.includes(id) !== true &&
      !kept.has(id) &&
      !(createdAt !== undefined && createdAt < at - tolerated),
  )
}

/** The tokens alive that the provider lists under a name, or at all; `undefined` where it does not. */
export async function listNamed(
  { provider, reach, record }: Call,
  name: string | undefined,
): Promise<readonly TokenInfo[] | undefined> {
  try {
    const listed = await provider.list?.(reach, record)
    return listed?.filter(
      (token) => token.revokedAt === undefined && (name === undefined || token.name === name),
    )
  } catch (error) {
    // A token without the scope to list can still issue.
    if (isToknError(error, 'forbidden')) return undefined
    throw error
  }
}

/** Which of the possible tokens an issue did make, and whether that is sure. */
export function narrowDown(
  { before, at }: Unfinished,
  possible: readonly TokenInfo[],
): { readonly sure: boolean; readonly made: readonly TokenInfo[] } {
  if (before !== undefined) return { sure: true, made: possible }
  // Made at the very moment of the attempt, and the only one then.
  const timely = possible.filter(
    ({ createdAt }) => createdAt !== undefined && createdAt >= at - close,
  )
  return timely.length === 1 ? { sure: true, made: timely } : { sure: false, made: possible }
}

/**
 * Says that a token lives which nobody holds, and how it ends. Where nobody knows what was there
 * before, it may as well be one that the user holds, and is not named to be revoked.
 */
export function lostToken(
  parent: Session,
  unfinished: Unfinished,
  possible: readonly TokenInfo[],
): ToknError {
  const texts = words.unfinished
  const { sure, made } = narrowDown(unfinished, possible)
  const ids = made.map(({ id }) => display(id, 64))
  const [first = ''] = ids
  const asked = unfinished.grant?.name
  const name = asked === undefined ? undefined : display(asked, 64)
  if (made.length === 1) {
    const said = sure ? texts.hasMade : texts.mayHaveMade
    return new ToknError('usage', said(name, first, quoteWord(first), parent.name))
  }
  if (sure) return new ToknError('usage', texts.hasMadeOneOf(ids, parent.name))
  const tokens = made.map(({ createdAt }, index) => ({ id: ids[index] ?? '', at: createdAt }))
  return new ToknError('usage', texts.mayHaveMadeOneOf(name, tokens, parent.name))
}
