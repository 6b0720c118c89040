import { isFailure, ToknError } from '../core/errors.ts'
import { SeenTexts } from '../core/seen-texts.ts'
import type { TokenInfo } from '../core/token.ts'
import { words } from '../messages/words.ts'
import { callWithToken } from './call.ts'
import { describeFor, type ListedToken, type TokenList } from './list.ts'
import type { Session } from './session.ts'

/** As many ids as are named that the provider gave to more than one token. */
const mostNamed = 1_000

/** Gets the tokens of a page as it comes. */
export type EachPage = (tokens: readonly ListedToken[]) => void

/**
 * As `listRemote`, but none of the tokens is held: `each` gets them as they come, however many they
 * are. What fails after that says how many it has got, and is not tried again from the beginning.
 */
export async function streamRemote(session: Session, each: EachPage): Promise<TokenList> {
  return await callWithToken(session, 'list', async (call) => {
    const describe = describeFor(call)
    const [seen, again] = [new SeenTexts(), new Set<string>()]
    let count = 0
    let notTaken: unknown
    const keep = (page: readonly TokenInfo[]) => {
      count += page.length
      for (const { id } of page) if (seen.add(id) && again.size < mostNamed) again.add(id)
      try {
        each(page.map(describe))
      } catch (error) {
        notTaken = error
        throw error
      }
      return []
    }
    try {
      await call.provider.list?.(call.reach, call.record, { keep })
    } catch (error) {
      throw count === 0 || error === notTaken ? error : cutShort(error, count)
    }
    return { where: 'remote', tokens: [], count, duplicates: [...again] }
  })
}

/** Without the status, a refusal does not have the token refreshed, and all of it begun again. */
function cutShort(error: unknown, count: number): unknown {
  if (!isFailure(error)) return error
  const details = { ...error.details, http: undefined, cause: error }
  return new ToknError(error.code, words.session.listCutShort(count, error.message), details)
}
