import { isToknError } from '../../core/errors.ts'
import { isGood } from '../../core/expiry.ts'
import { quoteWord } from '../../core/quoting.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { callWithToken } from '../call.ts'
import { saveSession } from '../save-session.ts'
import type { Ports } from '../ports.ts'
import { openSession, type Session } from '../session.ts'
import { clearUnfinished } from './clear.ts'
import type { Unfinished } from './find.ts'
import {
  describeUnfinished,
  profileOf,
  type DiagnosisOptions,
  type UnfinishedFinding,
} from './finding.ts'
import { holdsSession } from './issues.ts'
import { readKeptIssue, type KeptIssue } from './kept-issue.ts'
import { findPossibleTokens, listNamed, lostToken, narrowDown } from './possible-tokens.ts'

/**
 * Tells of an issue that was cut off, and how a token ends that nobody holds: nothing is revoked
 * unasked. `fix` keeps a token whose reply is there, and clears what is over.
 */
export async function diagnoseIssue(
  ports: Ports,
  unfinished: Unfinished,
  options: DiagnosisOptions,
): Promise<UnfinishedFinding> {
  const texts = words.unfinished
  const what = describeUnfinished(unfinished)
  const clear = (detail: string) => clearUnfinished(ports, unfinished, options.fix, detail)
  const { origin } = unfinished
  if (!unfinished.sent) return await clear(texts.beforeSending(what))
  const parent = profileOf(ports, unfinished.parent?.id)
  if (parent === undefined) return await clear(texts.parentGone(what, origin))
  try {
    return await diagnoseWith(openSession(ports, parent), unfinished, options)
  } catch (error) {
    if (!isToknError(error, 'reauth_required')) throw error
    if (unfinished.sealed === undefined) {
      return await clear(texts.parentEnded(what, origin, parent.name))
    }
    const { message, hint } = texts.parentNeeded(what, parent.name)
    return { status: 'warn', detail: message, fix: hint }
  }
}

/** As `diagnoseIssue`, with the session `parent` whose token asked for another one. */
async function diagnoseWith(
  parent: Session,
  unfinished: Unfinished,
  options: DiagnosisOptions,
): Promise<UnfinishedFinding> {
  const texts = words.unfinished
  const what = describeUnfinished(unfinished)
  const clear = (detail: string) => clearUnfinished(parent.ports, unfinished, options.fix, detail)
  const kept = await readKeptIssue(parent, unfinished)
  if (kept !== undefined) return await diagnoseKept(parent, unfinished, kept, options)
  if (options.offline) return { status: 'warn', detail: texts.notLookedUp(what) }
  const possible = await findPossibleTokens(parent, unfinished)
  if (possible === undefined) return await clear(texts.cannotLookUp(what, unfinished.origin))
  if (possible.length === 0) return await clear(texts.madeNothing(what))
  const { message, hint } = lostToken(parent, unfinished, possible)
  const detail = texts.explained(what, message)
  // Nobody can say which one it is, if any; that they are there has been said then.
  if (possible.length > 1 && !narrowDown(unfinished, possible).sure) {
    return await clear(texts.because(detail, hint ?? ''))
  }
  return { status: 'warn', detail, fix: hint }
}

async function diagnoseKept(
  parent: Session,
  unfinished: Unfinished,
  { tokens, record }: KeptIssue,
  { fix, offline }: DiagnosisOptions,
): Promise<UnfinishedFinding> {
  const texts = words.unfinished
  const { ports } = parent
  const what = describeUnfinished(unfinished)
  const clear = (detail: string) => clearUnfinished(ports, unfinished, fix, detail)
  const { profile } = unfinished
  if (profile !== undefined) {
    const session = parent.of(profile)
    const stored = (await holdsSession(session)) ? await session.findRecord() : undefined
    if (stored?.access.equals(tokens.access) === true) {
      return await clear(texts.tokenKept(what, profile.name))
    }
    if (stored === undefined && !fix) return await clear(texts.tokenNotKept(what))
    if (stored === undefined) {
      const saved = await saveSession(session, record, { reason: 'recovered', adopt: false })
      return await clear(texts.tokenKeptNow(what, saved.profile.name))
    }
  }
  const id = tokens.id === undefined ? undefined : display(tokens.id, 64)
  const expired = !isGood(tokens.expiry, ports.clock.now(), 0)
  if (expired || (!offline && (await isListed(parent, tokens.id)) === false)) {
    return await clear(texts.tokenNotAlive(what))
  }
  const detail = texts.tokenUnheld(what, id, unfinished.origin)
  const { revoke } = await parent.provider()
  if (revoke === undefined || id === undefined) return await clear(detail)
  return { status: 'warn', detail, fix: `tokn revoke ${quoteWord(id)} -P ${parent.name}` }
}

/** Whether the provider lists a token; `undefined` where that cannot be seen. */
async function isListed(parent: Session, id: string | undefined): Promise<boolean | undefined> {
  if (id === undefined) return undefined
  const listed = await callWithToken(parent, 'list', (call) => listNamed(call, undefined))
  return listed?.some((token) => token.id === id)
}
