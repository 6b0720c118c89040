import { isFailure } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { isCounted } from '../ahead.ts'
import { refreshThrough } from '../fresh.ts'
import { tokenInWords } from '../naming.ts'
import type { Session } from '../session.ts'
import { fleetOf } from './reader.ts'
import { answerWishes } from './wish-rule.ts'

/**
 * Serves what readers wish for of a session whose good token is at hand: the refreshed record, where a
 * refresh was due. That it fails is nothing to whoever has a good token.
 */
export async function serveWish(
  session: Session,
  held: SessionRecord,
): Promise<SessionRecord | undefined> {
  const { ports, profile, id } = session
  try {
    const fleet = await fleetOf(session)
    if (fleet?.role !== 'refresher') return undefined
    const wishes = await fleet.wishes(id)
    if (wishes.length === 0) return undefined
    const history = (await fleet.look(id))?.index?.history
    const answer = answerWishes({ ...held, history }, wishes, {
      now: ports.clock.now(),
      isCounted: await isCounted(session),
    })
    if (answer !== 'none' && 'later' in answer) return undefined
    const record = answer === 'none' ? undefined : await refreshThrough(session, answer.refresh)
    await fleet.dropWishes(id, held.generation)
    return record
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.warn(words.refresherService.wishNotServed(tokenInWords(profile), error.message))
    return undefined
  }
}
