import { isFailure } from '../../core/errors.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { holderInWords } from '../../session/naming.ts'
import { rememberEnd } from '../../session/heard-end.ts'
import { replaceRejected } from '../../session/replace-rejected.ts'
import { loginAnew } from '../../session/standing.ts'
import type { Session } from '../../session/session.ts'

/**
 * Another token for one that the API refuses: the one that another process has got meanwhile, or a
 * refreshed one. `undefined`, with a warning, where there is none. `notes` is the session to note in that
 * it has ended.
 */
export async function replaceRefused(
  session: Session,
  refused: SessionRecord,
  notes = session,
): Promise<SessionRecord | undefined> {
  const { ports } = session
  try {
    return (await replaceRejected(session, refused, { mayAskAgent: true })).record
  } catch (error) {
    if (!isFailure(error)) throw error
    const ended = await rememberEnd(notes, refused, words.curl.saidDead())
    const hint = ended ? loginAnew(session, refused) : error.hint
    ports.warn(words.curl.refusedForGood(holderInWords(session.profile), error.message, hint))
    return undefined
  }
}
