import { openSession } from '../session.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { display, timestamp } from '../../core/text.ts'
import type { TokenInfo } from '../../core/token.ts'
import { callWithToken, type Call } from '../call.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Ports } from '../ports.ts'
import type { Mark } from './find.ts'

/** More than clocks are usually apart, in milliseconds. */
const tolerated = 5 * 60_000

/** A token that was made by an earlier issue is older than this, in milliseconds. */
const close = 5_000

/**
 * The tokens at the provider that an issue may have made which was cut off: of its name, not there
 * before, and held by nobody here. `undefined` where that cannot be seen.
 */
export async function findMade(
  ports: Ports,
  parent: Profile,
  { before, grant, at }: Mark,
): Promise<readonly TokenInfo[] | undefined> {
  if (before === undefined && grant?.name === undefined) return undefined
  const there = await callWithToken(openSession(ports, parent), 'list', (call) =>
    listNamed(call, grant?.name),
  )
  const held = new Set(
    readableProfiles(ports.profiles).map(({ id }) => ports.index.get(id)?.tokenId),
  )
  return there?.filter(
    ({ id, createdAt }) =>
      before?.includes(id) !== true &&
      !held.has(id) &&
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

/** Which of the tokens an issue may have made it did make, and whether that is sure. */
export function tellApart(
  { before, at }: Mark,
  made: readonly TokenInfo[],
): { readonly sure: boolean; readonly meant: readonly TokenInfo[] } {
  if (before !== undefined) return { sure: true, meant: made }
  // Made in the very moment of the attempt, and alone in that.
  const timely = made.filter(({ createdAt }) => createdAt !== undefined && createdAt >= at - close)
  return timely.length === 1 ? { sure: true, meant: timely } : { sure: false, meant: made }
}

/**
 * Says that a token lives which nobody holds, and how it ends. Where nobody knows what was there
 * before, it may as well be one that the user holds, and is not named to be revoked.
 */
export function orphaned(parent: Profile, mark: Mark, made: readonly TokenInfo[]): ToknError {
  const { sure, meant } = tellApart(mark, made)
  const ids = meant.map(({ id }) => display(id, 64))
  const named = mark.grant?.name === undefined ? '' : ` "${display(mark.grant.name, 64)}"`
  if (!sure && made.length === 1) {
    return new ToknError(
      'usage',
      `an issue that was cut off may have made the token${named} (${ids[0]}), whose value is lost then; one that you hold is another, and not to be revoked`,
      { hint: `tokn revoke ${ids[0]} -P ${parent.name}` },
    )
  }
  if (!sure) {
    const dated = made.map(({ createdAt }, index) =>
      createdAt === undefined ? ids[index] : `${ids[index]}, made at ${timestamp(createdAt)}`,
    )
    return new ToknError(
      'usage',
      `an issue that was cut off may have made a token${named} whose value is lost; if it did, it may be one of: ${dated.join('; ')}`,
      {
        hint: `compare with the tokens that you hold before you revoke any: tokn list ${parent.name}`,
      },
    )
  }
  const which =
    ids.length === 1 ? `the token${named} (${ids[0]})` : `one of the tokens ${ids.join(', ')}`
  return new ToknError(
    'usage',
    `an issue that was cut off has made ${which}, and its value is lost`,
    {
      hint:
        ids.length === 1 ? `tokn revoke ${ids[0]} -P ${parent.name}` : `tokn list ${parent.name}`,
    },
  )
}
