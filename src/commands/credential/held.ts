import type { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import { isHeld, rejectToken } from '../../session/rejection/reject.ts'
import type { Session } from '../../session/session.ts'
import { chooseSession, type Giver } from './choose.ts'
import type { Asked } from './protocol.ts'

/** What `CredentialWorld.reject` does; a session of the environment is not there the next time. */
export async function rejectHeld(
  giver: Giver,
  asked: Asked,
  token: Secret | undefined,
): Promise<void> {
  const { session, where = '' } = (await sessionFor(giver, asked)) ?? {}
  if (session?.source !== 'store') return
  const { refusedBy, loggedOut } = words.rejection
  const host = where === '' ? '' : new URL(where).host
  const why = token === undefined ? loggedOut(giver.tool, host) : refusedBy(giver.tool, where)
  await rejectToken(session, token, why)
}

/** What `CredentialWorld.holds` does. */
export async function holdsToken(giver: Giver, asked: Asked, token: Secret): Promise<boolean> {
  const { session } = (await sessionFor(giver, asked)) ?? {}
  return session !== undefined && (await isHeld(session, token))
}

const noWord = () => undefined

/** The session that answers, not opened. */
async function sessionFor(
  giver: Giver,
  asked: Asked,
): Promise<{ readonly session: Session; readonly where: string | undefined } | undefined> {
  const { context, flags } = giver
  // Nothing is given here, so that none is given needs no word.
  const chosen = await chooseSession({ ...giver, say: noWord, sayForeign: noWord }, asked)
  if (chosen === undefined) return undefined
  // Of one that a login would have to make first, nothing is held.
  const { provider, tokenVariable } = context.environment
  const made = chosen.fromEnvironment && tokenVariable(chosen.name) === undefined
  if (made && provider !== undefined) return undefined
  // What an agent alone knows is not here, either.
  const { name, fromEnvironment } = chosen
  const isElsewhere = name !== undefined && context.ports(flags).profiles.get(name) === undefined
  if (isElsewhere && !fromEnvironment) return undefined
  const session = await context.session(flags, chosen.name)
  return { session, where: chosen.origins?.[0] }
}
