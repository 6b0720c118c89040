import { isFailure, ToknError } from '../../core/errors.ts'
import { isObject, ownString, textsIn } from '../../core/json.ts'
import type { Http } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/record.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { readKeptReply, replayReplies, type KeptReply } from '../kept-reply.ts'
import { firstRecord, issuerOf } from '../first-record.ts'
import { keepGiven, refreshGiven } from '../refresh-alone.ts'
import { givenAnswers, talk } from '../reach.ts'
import type { Session } from '../session.ts'

/** What a refresh with a token made elsewhere was answered, before anybody read it. */
interface AnsweredRefresh {
  readonly given: Secret
  readonly secrets: Readonly<Record<string, Secret>>
  readonly replies: readonly KeptReply[]
}

/** As the text that is sealed. The token given may be spent, so that the replies are all there is. */
export function writeAnswered({ given, secrets, replies }: AnsweredRefresh): string {
  const revealed = Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()])
  return JSON.stringify({
    refresh: given.reveal(),
    secrets: Object.fromEntries(revealed),
    replies,
  })
}

/** `undefined` for a text that is something else, such as a record. */
export function readAnswered(text: string): AnsweredRefresh | undefined {
  const value: unknown = JSON.parse(text)
  if (!isObject(value) || !Array.isArray(value['replies'])) return undefined
  const secrets = Object.entries(textsIn(value['secrets']))
  return {
    given: new Secret(ownString(value, 'refresh') ?? ''),
    secrets: Object.fromEntries(secrets.map(([name, text]) => [name, new Secret(text)])),
    replies: value['replies'].flatMap((one) => readKeptReply(one) ?? []),
  }
}

/**
 * The record of a session out of the replies that were kept: nothing is refreshed again.
 * `undefined` where they cannot be read. Throws what the look for the server can throw.
 */
export async function recordOfAnswered(
  session: Session,
  { given, secrets, replies }: AnsweredRefresh,
): Promise<SessionRecord | undefined> {
  const { ports, profile } = session
  const provider = await session.provider()
  const { settings } = profile
  const answers = givenAnswers(ports, provider, profile, { settings, secrets })
  const again = replayReplies(replies, refuseToRefresh(await session.http()), ports.clock)
  const reach = { ...talk(ports), answers, ...again }
  try {
    const tokens = keepGiven(ports, provider, given, await refreshGiven(reach, provider, given))
    const record = firstRecord(ports, profile, issuerOf(provider, tokens, answers), tokens)
    return { ...record, obtainedAt: again.clock.now() }
  } catch (error) {
    if (!isFailure(error) || error.retryable) throw error
    return undefined
  }
}

/** `http` for all but the refresh itself, where that was not answered: the token is not sent again. */
function refuseToRefresh(http: Http): Http {
  return async (request) => {
    if (request.grants !== true) return await http(request)
    throw new ToknError('provider_nonsense', words.unfinished.replyIncomplete())
  }
}
