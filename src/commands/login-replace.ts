import { ToknError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { lookAt } from '../session/condition.ts'
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
  // One that does not exist replaces nothing, and says so.
  await ports.provider(profile)
  if (!(await isLive(ports, before))) return
  const what = `"${before.name}" holds a session of "${before.provider}"`
  const yes = await context.confirm(flags, `${what}. Replace it by one of "${profile.provider}"?`)
  if (yes === true) return
  if (yes === false) throw new ToknError('interrupted', 'nothing was changed')
  throw new ToknError('usage', `${what}, which a login to "${profile.provider}" would replace`, {
    hint: `name another profile, or end it first: tokn logout ${before.name}; --yes replaces it all the same`,
  })
}

/** What cannot be used is no good to anybody, and a login is the way out of that. */
async function isLive(ports: Ports, profile: Profile): Promise<boolean> {
  const known = ports.index.get(profile.id)
  if (known?.standing?.state === 'dead') return false
  const condition = await lookAt(ports, profile)
  // It may be as good as ever, for whoever has the key.
  if (condition.state === 'unreadable') return known !== undefined
  return condition.state === 'usable' && condition.record.standing?.state !== 'dead'
}
