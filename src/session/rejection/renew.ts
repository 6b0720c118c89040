import { isFailure } from '../../core/errors.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { HistoryEntry } from '../../core/session-history.ts'
import { words } from '../../messages/words.ts'
import { fleetOfReader } from '../fleet/reader.ts'
import type { Fresh, FreshOptions } from '../fresh.ts'
import { renewsWithItself } from '../heard-end.ts'
import { tokenInWords, wordOf } from '../naming.ts'
import { withOutside } from '../outside.ts'
import { chooseRenewal } from '../refresh/renewable.ts'
import { replaceRejected } from '../replace-rejected.ts'
import { openSession, type Session } from '../session.ts'
import { pauseOf } from './pause.ts'

/** A token in the place of `given`, which was refused, or that one. See `heedRejection`. */
export async function renewRejected(
  session: Session,
  given: Fresh,
  history: readonly HistoryEntry[],
  { minTtl, mayAskAgent }: FreshOptions,
): Promise<Fresh> {
  const { ports, profile } = session
  const token = tokenInWords(profile)
  const options = { minTtl, mayAskAgent }
  const now = ports.clock.now()
  const isReader = (await fleetOfReader(session)) !== undefined
  const renewable = await withOutside(session, given.record)
  if (!isReader && !isReplaceable(await session.provider(), renewable, now)) {
    return await askAbout(session, given)
  }
  const pause = pauseOf(history, now)
  if (pause > 0) {
    const wait = words.times.duration(pause)
    ports.warn(words.rejection.refusedAnew(token, wait, `tokn refresh${wordOf(profile)}`))
    return given
  }
  try {
    return await replaceRejected(session, given.record, options)
  } catch (error) {
    if (!isFailure(error)) throw error
    if (error.code !== 'reauth_required') {
      ports.warn(words.rejection.notReplaced(token, error.message))
      return given
    }
  }
  // Throws where the token has ended with what would have replaced it.
  const left = await session.fresh(options)
  return left.record.generation === given.record.generation ? await askAbout(session, left) : left
}

/** Whether another token is to be had by a refresh token, or by a login that nobody counts. */
function isReplaceable(provider: Provider, record: SessionRecord, now: number): boolean {
  const way = chooseRenewal(provider, record, now)
  if (way === 'login') return provider.budget?.logins === undefined
  return way === 'refresh' && !renewsWithItself(provider, record, now)
}

/** Asks the provider about a token that nothing replaces: it is kept, whatever comes of that. */
async function askAbout(session: Session, given: Fresh): Promise<Fresh> {
  const { ports, profile } = session
  try {
    // What it would warn of has been told with the token.
    const silent = openSession({ ...ports, warn: () => undefined }, profile)
    const { failure } = await silent.check({ minTtl: undefined, scopes: [], online: true })
    if (failure?.reason === 'inactive') throw failure.error
  } catch (error) {
    if (!isFailure(error) || error.code === 'reauth_required' || error.code === 'check_failed') {
      throw error
    }
    ports.warn(words.rejection.notAsked(tokenInWords(profile), error.message))
  }
  return given
}
