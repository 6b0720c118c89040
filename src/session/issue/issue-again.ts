import { ToknError } from '../../core/errors.ts'
import { checkProfileName, type Profile } from '../../core/profile.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { saveSession } from '../save-session.ts'
import type { Session } from '../session.ts'
import { forget } from '../unfinished/find.ts'
import { findUnfinishedIssue, isSameGrant, type UnfinishedIssue } from '../unfinished/issues.ts'
import { readKeptIssue } from '../unfinished/kept-issue.ts'
import { findPossibleTokens, lostToken } from '../unfinished/possible-tokens.ts'

/**
 * The issue that was to be kept under the same name and was cut off. Throws `usage` where the name
 * is taken, or where nothing of the session is kept.
 */
export async function findEarlier(
  parent: Session,
  saveAs: string,
): Promise<UnfinishedIssue | undefined> {
  checkProfileName(saveAs)
  const earlier = await findUnfinishedIssue(parent, saveAs)
  const { ports, profile } = parent
  if (ports.stores.traits(profile.store).outlivesProcess) return earlier
  throw new ToknError('usage', words.tokens.nothingKept())
}

/**
 * Finishes an issue that was cut off, where it was answered; else clears the way for another one.
 * Throws `usage` where the token of it is alive and its value lost: nothing is revoked unasked, and
 * no second one made.
 */
export async function finishEarlier(
  parent: Session,
  earlier: UnfinishedIssue,
  grant: Grant,
): Promise<{ readonly tokens: TokenSet; readonly savedAs: Profile } | undefined> {
  const { ports } = parent
  const { name } = earlier.profile
  const kept = await readKeptIssue(parent, earlier)
  if (kept !== undefined) {
    if (!isSameGrant(grant, earlier.grant ?? {})) {
      throw new ToknError('usage', words.tokens.otherGrant(name))
    }
    const { profile } = await saveSession(parent.of(earlier.profile), kept.record, {
      reason: 'recovered',
      adopt: false,
    })
    await forget(ports, earlier)
    ports.warn(words.tokens.finishedEarlier())
    return { tokens: kept.tokens, savedAs: profile }
  }
  const possible = earlier.sent ? await findPossibleTokens(parent, earlier) : []
  if (possible !== undefined && possible.length > 0) throw lostToken(parent, earlier, possible)
  if (possible !== undefined) await forget(ports, earlier)
  else ports.warn(words.tokens.cannotLookUp(name))
  return undefined
}
