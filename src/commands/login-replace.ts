import { isFailure, ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { findHeld } from '../session/held.ts'
import type { Ports } from '../session/ports.ts'
import type { AskFlags, Context } from './context.ts'
import type { Draft } from './login-draft.ts'

/**
 * Asks before a login replaces a live session of another provider, which would be lost without
 * being ended. Throws `usage` where nobody can be asked, `interrupted` for a no.
 */
export async function agreeToReplace(
  context: Context,
  ports: Ports,
  { profile, before }: Draft,
  flags: AskFlags,
): Promise<void> {
  if (before === undefined || before.provider === profile.provider) return
  if (!(await isLive(ports, before))) return
  const what = `"${before.name}" holds a session of "${before.provider}"`
  const yes = await context.confirm(flags, `${what}. Replace it by one of "${profile.provider}"?`)
  if (yes === true) return
  if (yes === false) throw new ToknError('interrupted', 'nothing was changed')
  throw new ToknError('usage', `${what}, which a login to "${profile.provider}" would replace`, {
    hint: `name another profile, or end it first: tokn logout ${before.name}; --yes replaces it all the same`,
  })
}

async function isLive(ports: Ports, profile: Profile): Promise<boolean> {
  const known = ports.index.get(profile.id)
  if (known !== undefined) return known.standing?.state !== 'dead'
  try {
    const held = await findHeld(ports, profile)
    return held !== undefined && held.standing?.state !== 'dead'
  } catch (error) {
    // A session that cannot be read is no good to anybody: a login is the way out of that.
    if (isFailure(error)) return false
    throw error
  }
}
