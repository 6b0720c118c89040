import { ToknError } from '../core/errors.ts'
import { words } from '../messages/words.ts'
import type { Ports } from './ports.ts'
import type { Session } from './session.ts'
import { readUnfinished, type Unfinished } from './unfinished/find.ts'

/**
 * Throws `busy` where the session is looked for in another store than its profile says, and a move has
 * left, or made, a copy there that has not been cleared: to spend that would end the session that counts.
 */
export async function refuseLeftCopy({ ports, profile }: Session): Promise<void> {
  const { id, name, store, usualStore } = profile
  if (usualStore === undefined || ports.isInMemory === true) return
  for (const one of await readUnfinished(ports)) {
    if (one.kind !== 'move' || one.profile?.id !== id) continue
    if (one.store !== store && one.former !== store) continue
    const hint = commandAgain(ports, one, name)
    throw new ToknError('busy', words.storeCommands.copyOfAMove(name, store, usualStore, hint), {
      sent: false,
    })
  }
}

/** The command that ends a move which was cut off. */
export function commandAgain(
  { stores }: Pick<Ports, 'stores'>,
  { former, formerUrl, store }: Unfinished,
  name: string,
): string {
  if (former === undefined || stores.traits(former).shared !== true) {
    return `tokn store push ${name} --to ${store}`
  }
  const intoShared = stores.traits(store).shared === true
  const at = intoShared && formerUrl !== undefined ? `TOKN_FROM_STORE_URL='${formerUrl}' ` : ''
  return `${at}tokn store pull ${name} --from ${former} --to ${store}`
}
