import { isFailure, isToknError } from '../../core/errors.ts'
import { bindingOf, changedBinding, type Binding } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import type { TokenSet } from '../../core/token.ts'
import { rewriteRecord } from '../rewrite-record.ts'
import type { Session } from '../session.ts'

/**
 * What a login may use of the session that it takes the place of; `undefined` where the profile has
 * changed in a way that may send it elsewhere, or what is stored cannot be read.
 */
export async function carriedContext(
  session: Session,
  { id, carries }: Pick<Provider, 'id' | 'carries'>,
): Promise<TokenSet['context'] | undefined> {
  if (carries === undefined) return undefined
  const before = await findBefore(session)
  if (before?.provider !== id) return undefined
  const [then, now] = [splitBinding(before.binding), splitBinding(bindingOf(session.profile))]
  if (changedBinding(then.way, now.way) !== undefined) return undefined
  if (!carries.isSameClient(then.settings, now.settings)) return undefined
  const kept = Object.entries(before.context).filter(([name]) => carries.names.includes(name))
  return Object.fromEntries(kept)
}

/**
 * Stores a change of what a login uses of the session before, as far as that is still there. A failure
 * is told: the login goes on, and keeps the change itself if it comes to something.
 */
export async function keepInBefore(
  session: Session,
  before: TokenSet['context'],
  change: TokenSet['context'],
): Promise<void> {
  try {
    await session.locked(async () => {
      const record = await findBefore(session)
      const rest = Object.entries(before).filter(([name]) => !(name in change))
      const isSame = rest.every(([name, was]) => record?.context[name] === was)
      if (record === undefined || !isSame) return
      await rewriteRecord(session, record, { context: { ...record.context, ...change } })
    })
  } catch (error) {
    if (!isFailure(error)) throw error
    session.ports.warn(error.message)
  }
}

/** The settings by their names, and what else decides where something is sent on its way to the server. */
function splitBinding(binding: Binding): {
  readonly settings: Readonly<Record<string, string>>
  readonly way: Binding
} {
  const prefix = 'setting '
  const parts = Object.entries(binding)
  const settings = parts.filter(([part]) => part.startsWith(prefix))
  // Where tokens are sent to besides is nothing to the server that makes them.
  const way = parts.filter(([part]) => !part.startsWith(prefix) && part !== 'API URL')
  return {
    settings: Object.fromEntries(
      settings.map(([part, value]) => [part.slice(prefix.length), value]),
    ),
    way: Object.fromEntries(way),
  }
}

/** A login is the way out of a session that cannot be read. */
async function findBefore(session: Session): Promise<SessionRecord | undefined> {
  try {
    return await session.findRecord()
  } catch (error) {
    if (!isToknError(error, 'store', 'usage', 'reauth_required')) throw error
    return undefined
  }
}
