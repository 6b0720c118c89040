import { ToknError } from '../../core/errors.ts'
import type { Profile, StoreKind } from '../../core/profile.ts'
import { words } from '../../messages/words.ts'
import { readableProfiles } from '../choose-profile.ts'
import type { Ports } from '../ports.ts'
import { homeOf, chooseProfiles, profilesOf } from './plan-moves.ts'

/** The user's own definitions of this machine. */
interface OwnDefinitions {
  text(id: string): string | undefined
  write(id: string, text: string): void
}

/**
 * Makes profiles of this machine for sessions of a store that many share: the sessions stay there. A
 * definition that came with one is kept here, unless there is one of that name. Throws `usage`, `not_found`.
 */
export async function refer(
  ports: Ports,
  {
    from,
    names,
    isDry,
  }: {
    readonly from: StoreKind
    readonly names: readonly string[] | undefined
    readonly isDry: boolean
  },
  definitions: OwnDefinitions,
): Promise<readonly Profile[]> {
  const home = await homeOf(ports, from)
  if (home === undefined) throw new ToknError('usage', words.storeCommands.pullNeedsTo(from))
  const chosen = chooseProfiles(await profilesOf(ports, home, names), names, home.describe())
  const local = readableProfiles(ports.profiles)
  for (const { name, id, provider, definition } of chosen) {
    if (local.some((one) => one.name === name && one.id !== id)) {
      throw new ToknError('usage', words.storeCommands.takenHere(name))
    }
    const own = definitions.text(provider)
    if (definition !== undefined && own !== undefined && own !== definition) {
      throw new ToknError('usage', words.storeCommands.otherDefinition(name, provider))
    }
  }
  if (isDry) return chosen
  for (const { definition, ...profile } of chosen) {
    const { provider } = profile
    if (definition !== undefined && definitions.text(provider) === undefined) {
      definitions.write(provider, definition)
    }
    await ports.profiles.put({ ...profile, storeUrl: home.url })
  }
  return chosen
}
