import { ToknError } from '../../core/errors.ts'
import { checkProfileName, type Profile } from '../../core/profile.ts'
import type { Grant, TokenSet } from '../../core/token.ts'
import { readIssued } from '../unfinished/issued.ts'
import { forget } from '../unfinished/find.ts'
import { findMade, orphaned } from '../unfinished/made.ts'
import { findUnfinished, isSameWish, type UnfinishedIssue } from '../unfinished/issues.ts'
import { place } from '../login/save-session.ts'
import type { Ports } from '../ports.ts'

/**
 * The issue that was to be kept under the same name and was cut off. Throws `usage` where the name
 * is taken, or where nothing of the session is kept.
 */
export async function findEarlier(
  ports: Ports,
  parent: Profile,
  saveAs: string,
): Promise<UnfinishedIssue | undefined> {
  checkProfileName(saveAs)
  const earlier = await findUnfinished(ports, parent, saveAs)
  if (ports.stores.traits(parent.store).outlivesProcess) return earlier
  throw new ToknError('usage', 'nothing of this session is kept, and neither would the token be', {
    hint: 'log in with: tokn login, or leave out --save-as',
  })
}

/**
 * Finishes an issue that was cut off, where it was answered; else clears the way for another one.
 * Throws `usage` where the token of it is alive and its value lost: nothing is revoked unasked, and
 * no second one made.
 */
export async function settleEarlier(
  ports: Ports,
  parent: Profile,
  earlier: UnfinishedIssue,
  grant: Grant,
): Promise<{ readonly tokens: TokenSet; readonly savedAs: Profile } | undefined> {
  const { name } = earlier.profile
  const answered = await readIssued(ports, parent, earlier)
  if (answered !== undefined) {
    if (!isSameWish(grant, earlier.grant ?? {})) throw otherWish(name)
    const { profile } = await place(ports, earlier.profile, answered.heir, {
      reason: 'recovered',
      adopt: false,
    })
    await forget(ports, earlier)
    ports.warn('this is the token of an issue that was cut off; no other was made')
    return { tokens: answered.tokens, savedAs: profile }
  }
  const made = earlier.sent ? await findMade(ports, parent, earlier) : []
  if (made !== undefined && made.length > 0) throw orphaned(parent, earlier, made)
  if (made !== undefined) await forget(ports, earlier)
  else {
    ports.warn(
      `an issue of "${name}" was cut off, and whether it made a token cannot be looked up; see: tokn doctor`,
    )
  }
  return undefined
}

function otherWish(name: string): ToknError {
  return new ToknError('usage', `an issue of "${name}" was cut off that asked for something else`, {
    hint: 'tokn doctor --fix',
  })
}
