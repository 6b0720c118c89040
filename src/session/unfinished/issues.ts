import { openSession, type Session } from '../session.ts'
import { isToknError, ToknError } from '../../core/errors.ts'
import { canonical } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import type { Grant } from '../../core/token.ts'
import { entryOf, findHeld } from '../stored-record.ts'
import type { Ports } from '../ports.ts'
import { isOver, readMarks, type Mark } from './find.ts'

/** An issue that was cut off and is to be kept as a profile. */
export type UnfinishedIssue = Mark & { readonly profile: Profile }

/**
 * The issue for `parent` that was to be kept as `name`, and was cut off. Throws `busy` where one is
 * under way, `usage` where a profile has the name already.
 */
export async function findUnfinished(
  ports: Ports,
  parent: Profile,
  name: string,
): Promise<UnfinishedIssue | undefined> {
  const marks = await readMarks(ports)
  const same = marks.filter(
    (mark): mark is UnfinishedIssue => mark.kind === 'issue' && mark.profile?.name === name,
  )
  for (const mark of same) if (!(await isOver(ports, mark))) throw underWay(name)
  const there = ports.profiles.outlines().find((one) => one.name === name)
  const own = same.filter((mark) => mark.parent?.id === parent.id)
  // Where an answer is kept, that one is finished first.
  const found = own.find(({ sealed }) => sealed !== undefined) ?? own[0]
  const held = found !== undefined && (await holdsSession(openSession(ports, found.profile)))
  if (there === undefined || (there.id === found?.profile.id && !held)) return found
  throw new ToknError('usage', `there is a profile "${name}" already`, {
    hint: `choose another name, or: tokn logout ${name} && tokn profile remove ${name}`,
  })
}

function underWay(name: string): ToknError {
  return new ToknError('busy', `another process is issuing the token of "${name}"`, {
    hint: 'wait for it to end, then look: tokn profile list',
  })
}

/** Whether something is stored under the id of a profile, readable or not. */
export async function holdsSession(session: Session): Promise<boolean> {
  const { ports, profile } = session
  try {
    return (await (await ports.store(profile.store)).read(profile.id)) !== undefined
  } catch (error) {
    if (isToknError(error, 'store')) return true
    throw error
  }
}

/**
 * Whether `asked` is what an issue was for that was cut off; for how long is left out, since it is
 * counted from now.
 */
export function isSameWish(asked: Grant, earlier: Grant): boolean {
  const named = asked.name === undefined || asked.name === earlier.name
  return named && withoutTime(asked) === withoutTime(earlier)
}

function withoutTime({ scopes, audience, resource }: Grant): string {
  return canonical({ scopes, audience, resource })
}

/** Removes the profile that was made for a token, if nothing is stored for it. */
export async function removeEmpty(session: Session): Promise<void> {
  const { ports, profile } = session
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    if ((await findHeld(session)) !== undefined) return
    await ports.profiles.remove(profile.name, profile.id)
  } catch (error) {
    // Gone, or another's by now.
    if (!isToknError(error, 'not_found')) throw error
  } finally {
    await held.release()
  }
}
