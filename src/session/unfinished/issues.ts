import { isToknError, ToknError } from '../../core/errors.ts'
import { canonical } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import type { Grant } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import type { Session } from '../session.ts'
import { isOver, readUnfinished, type Unfinished } from './find.ts'

/** An issue that was cut off and is to be kept as a profile. */
export type UnfinishedIssue = Unfinished & { readonly profile: Profile }

/**
 * The issue with the session `parent` that was to be kept as `name`, and was cut off. Throws `busy`
 * where one is under way, `usage` where a profile has the name already.
 */
export async function findUnfinishedIssue(
  parent: Session,
  name: string,
): Promise<UnfinishedIssue | undefined> {
  const { ports } = parent
  const same = (await readUnfinished(ports)).filter(
    (one): one is UnfinishedIssue => one.kind === 'issue' && one.profile?.name === name,
  )
  for (const one of same) {
    if (!(await isOver(ports, one))) throw new ToknError('busy', words.tokens.beingIssued(name))
  }
  const existing = ports.profiles.outlines().find((one) => one.name === name)
  const own = same.filter((one) => one.parent?.id === parent.id)
  // Where a reply is kept, that one is finished first.
  const found = own.find(({ sealed }) => sealed !== undefined) ?? own[0]
  const stored = found !== undefined && (await holdsSession(parent.of(found.profile)))
  if (existing === undefined || (existing.id === found?.profile.id && !stored)) return found
  throw new ToknError('usage', words.tokens.nameTaken(name))
}

/** Whether something is stored under the id of a profile, readable or not. */
export async function holdsSession(session: Session): Promise<boolean> {
  try {
    return (await (await session.store()).read(session.id)) !== undefined
  } catch (error) {
    if (isToknError(error, 'store')) return true
    throw error
  }
}

/**
 * Whether `asked` is what an issue was for that was cut off; for how long is left out, since it is
 * counted from now.
 */
export function isSameGrant(asked: Grant, earlier: Grant): boolean {
  const named = asked.name === undefined || asked.name === earlier.name
  return named && withoutTime(asked) === withoutTime(earlier)
}

function withoutTime({ scopes, audience, resource }: Grant): string {
  return canonical({ scopes, audience, resource })
}

/** Removes the profile that was made for a token, if nothing is stored for it. */
export async function removeEmpty(session: Session): Promise<void> {
  await session.locked(async () => {
    try {
      if ((await session.findRecord()) !== undefined) return
      await session.ports.profiles.remove(session.name, session.id)
    } catch (error) {
      // Gone, or another's by now.
      if (!isToknError(error, 'not_found')) throw error
    }
  })
}
