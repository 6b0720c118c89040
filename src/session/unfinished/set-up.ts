import { isObject, textsIn } from '../../core/json.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { givenAnswers, talk } from '../reach.ts'
import type { Session } from '../session.ts'
import { clearUnfinished } from './clear.ts'
import type { Unfinished } from './find.ts'
import { byFix, type DiagnosisOptions, type UnfinishedFinding } from './finding.ts'

/** What a login has set up at the provider (`Reach.setsUp`), as the text that is sealed. */
export function writeSetUp(context: TokenSet['context']): string {
  return JSON.stringify({ setUp: context })
}

/** `undefined` for a text that is something else, such as a record. */
export function readSetUp(text: string): TokenSet['context'] | undefined {
  const value: unknown = JSON.parse(text)
  return isObject(value) && isObject(value['setUp']) ? textsIn(value['setUp']) : undefined
}

/**
 * Says `detail` of a login that was cut off after it had set up what `context` tells of; `fix` has that
 * taken back, unless the session `stored` uses it, and forgets the login once it is.
 */
export async function diagnoseSetUp(
  session: Session,
  unfinished: Unfinished,
  context: TokenSet['context'],
  stored: SessionRecord | undefined,
  { fix, offline, detail }: DiagnosisOptions & { readonly detail: string },
): Promise<UnfinishedFinding> {
  const { ports, profile } = session
  if (!fix || offline) return { status: 'warn', detail, fix: byFix }
  const provider = await session.provider()
  const { settings } = profile
  const answers = givenAnswers(ports, provider, profile, { settings, secrets: {} })
  const reach = { http: await session.http(), answers, ...talk(ports) }
  const left = await provider.takeBack?.(reach, { context }, stored)
  if (left !== undefined) {
    return { status: 'warn', detail: words.unfinished.because(detail, left), fix: byFix }
  }
  return await clearUnfinished(ports, unfinished, fix, words.unfinished.clientTakenBack(detail))
}
